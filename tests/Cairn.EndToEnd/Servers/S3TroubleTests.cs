using Amazon.S3.Model;
using Cairn.EndToEnd.Campaigns;
using Cairn.Testing.Proxies;

namespace Cairn.EndToEnd.Servers;

/// <summary>What can be wrong with a store: each is one sentence that says what to do, and exit 14.</summary>
public sealed class S3TroubleTests(CephServer ceph)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_killed_in_the_middle_and_started_again_ends_no_backup()
    {
        // A server of its own: others must not notice.
        await using var own = new CephServer();
        using var home = await S3Home.CreateAsync(own);
        home.Init();
        S3Home.Fill(home, megabytes: 120);
        using (var backup = home.Start("-v", "--limit-upload", "16M", "backup", home.Source))
        {
            Assert.False(backup.WaitFor(TimeSpan.FromSeconds(4)), "it was over before the server could be killed");
            await own.KillGatewayAsync();
            Assert.False(backup.WaitFor(TimeSpan.FromSeconds(Scale.Of("CAIRN_OUTAGE_SECONDS", 20))));
            await own.StartGatewayAsync();
            var result = backup.Finish().RequireExit(0);
            Assert.Contains("trying again", result.Errors);
        }
        Assert.Equal("", Rsync.Differences(home.Source, home.Restore("latest")));
        home.Run("check", "--read-data").RequireExit(0);
    }

    [Fact]
    public async Task Wrong_keys_are_told_apart()
    {
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        home.Variables["AWS_SECRET_ACCESS_KEY"] = "wrong";
        Refused(home, "the secret key does not belong to the access key", "AWS_SECRET_ACCESS_KEY");
        home.Variables["AWS_ACCESS_KEY_ID"] = "nobody";
        Refused(home, "does not know this access key", "AWS_ACCESS_KEY_ID");
        home.Variables.Remove("AWS_ACCESS_KEY_ID");
        home.Variables.Remove("AWS_SECRET_ACCESS_KEY");
        Refused(home, "there are no credentials", "profile=NAME");
    }

    [Fact]
    public async Task No_bucket_and_no_permission_are_told_apart()
    {
        using var missing = await S3Home.CreateAsync(ceph);
        Refused(missing, "there is no bucket", "cairn -r 's3://");
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        home.Variables["AWS_ACCESS_KEY_ID"] = "auditor";
        home.Variables["AWS_SECRET_ACCESS_KEY"] = "auditorsecret";
        Refused(home, "does not allow it", "policies");
    }

    [Fact]
    public async Task A_clock_that_is_off_by_an_hour_is_told_and_not_corrected_in_secret()
    {
        using var home = await S3Home.CreateAsync(ceph);
        home.Init();
        // What libfaketime gives a program that runs under it.
        home.Variables["LD_PRELOAD"] = FakeTime();
        home.Variables["FAKETIME"] = "+1h";
        home.Variables["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        Refused(RunUnderFakeTime(home), "clock", "NTP");
    }

    [Theory]
    [InlineData("403 Forbidden", "ExpiredToken", "the session token has expired", "new credentials")]
    [InlineData("400 Bad Request", "ExpiredToken", "the session token has expired", "new credentials")]
    [InlineData("400 Bad Request", "AuthorizationHeaderMalformed", "not in the region", "region=")]
    [InlineData("301 Moved Permanently", "PermanentRedirect", "not in the region", "region=")]
    [InlineData("403 Forbidden", "RequestTimeTooSkewed", "clock", "NTP")]
    [InlineData("403 Forbidden", "QuotaExceeded", "the store is full", "make room")]
    public async Task Answers_that_need_a_person_are_not_tried_again(
        string status, string code, string message, string advice)
    {
        await using var server = new CannedServer(status, code);
        using var home = S3Home.Create(ceph, "some-bucket", server.Endpoint);
        Refused(home, message, advice);
        // The descriptor, and what is asked for beside it; each once.
        Assert.InRange(server.Requests.Count, 1, 5);
        Assert.Equal(server.Requests.Count, server.Requests.Distinct().Count());
    }

    [Fact]
    public async Task A_cold_object_is_told_with_a_code_of_its_own()
    {
        await using var server = new CannedServer("403 Forbidden", "InvalidObjectState");
        using var home = S3Home.Create(ceph, "some-bucket", server.Endpoint);
        Assert.Contains("cold", home.Run("snapshots").RequireExit(15).Errors);
    }

    [Fact]
    public async Task Nobody_there_is_told_after_half_a_minute_and_not_after_hours()
    {
        await Task.CompletedTask;
        using var home = S3Home.Create(ceph, "some-bucket", new Uri("http://127.0.0.1:1"));
        var result = home.Run("snapshots").RequireExit(14);
        Assert.Contains("does not answer", result.Errors);
        Assert.InRange(result.Elapsed.TotalSeconds, 1, 300);
    }

    [Fact]
    public async Task A_bucket_without_lock_is_no_bucket_for_a_repository_that_is_to_be_locked()
    {
        var bucket = ceph.NewBucketName();
        using var sdk = await ceph.SdkAsync();
        await sdk.PutBucketAsync(new PutBucketRequest { BucketName = bucket }, Token);
        using var home = S3Home.Create(ceph, bucket, new Uri(await ceph.EndpointAsync()));
        var refused = Init(home, "--lock", "compliance", "--lock-days", "1").RequireExit(14);
        Assert.Contains("does not lock as was asked", refused.Errors);
        Assert.Contains("without --lock", refused.Errors);
        Assert.Null((await sdk.ListObjectsV2Async(new ListObjectsV2Request { BucketName = bucket }, Token)).S3Objects);
        // Without that wish it is adopted.
        Init(home).RequireExit(0);
        Init(home).RequireExit(1);
    }

    [Fact]
    public async Task A_bucket_that_locks_by_itself_is_adopted_if_it_locks_enough()
    {
        using var first = await S3Home.CreateAsync(ceph);
        Init(first, "--lock", "governance", "--lock-days", "2").RequireExit(0);
        using var second = new CairnHome { Repository = first.Repository.Replace("some/where", "else/where") };
        foreach (var (name, value) in first.Variables)
            second.Variables[name] = value;
        // Two days, and the slack.
        Assert.Contains("for 3 days", Init(second, "--lock", "governance", "--lock-days", "3").RequireExit(14).Errors);
        Assert.Contains("for 3 days in governance mode", Init(second).RequireExit(0).Output);
    }

    static CairnResult Init(CairnHome home, params string[] options)
    {
        var recovery = Path.Combine(home.Folder, "recovery");
        File.Delete(recovery);
        return home.Run(["init", "--recovery-file", recovery, .. options]);
    }

    static void Refused(CairnHome home, string message, string advice) =>
        Refused(home.Run("snapshots"), message, advice);

    static void Refused(CairnResult result, string message, string advice)
    {
        result.RequireExit(14);
        Assert.Contains(message, result.Errors);
        Assert.Contains(advice, result.Errors);
        Assert.DoesNotContain("   at ", result.Errors);
        Assert.InRange(result.Errors.TrimEnd().Split('\n').Length, 1, 2);
    }

    // Once in a hundred runs or so libfaketime 0.9.10 takes waits of the runtime for ones by the clock of the day: they
    // end at once, for ever, and no timer comes any more.
    static CairnResult RunUnderFakeTime(CairnHome home)
    {
        for (var tries = 0; tries < 5; tries++)
        {
            using var process = home.Start("snapshots");
            if (process.WaitFor(TimeSpan.FromMinutes(1)))
                return process.Finish();
        }
        throw new TimeoutException("the program hung under libfaketime five times");
    }

    static string FakeTime()
    {
        var found = Directory.GetDirectories("/usr/lib").Select(folder => $"{folder}/faketime/libfaketimeMT.so.1")
            .FirstOrDefault(File.Exists);
        if (found is null)
            ServerScript.SkipUnlessRequired("libfaketime", "it is not installed (package faketime)");
        return found!;
    }
}
