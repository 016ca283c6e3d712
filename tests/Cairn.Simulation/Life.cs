using Cairn.Simulation.Copies;
using Cairn.Simulation.Hosts;
using Cairn.Simulation.Judging;
using Cairn.Simulation.Maintenance;
using Cairn.Simulation.Readers;
using Cairn.Simulation.Worlds;
using Cairn.Testing;
using Cairn.Testing.Simulated;
using Cairn.Testing.Simulated.Scheduling;

namespace Cairn.Simulation;

/// <summary>How the life of one seed went.</summary>
/// <param name="Violation">What invariant was broken and how; null if none was.</param>
sealed record LifeResult(
    ulong Seed, Mutation Mutation, string? Violation, IReadOnlyList<string> Log, string LogHash, string StoreHash,
    long Steps, Coverage Coverage)
{
    /// <summary>Everything that somebody needs who looks into it.</summary>
    public string Describe(int linesMax) =>
        $"seed {Seed}{(Mutation == Mutation.None ? "" : $" with the rule {Mutation} broken")}: {Violation}\n"
        + $"to replay: dotnet run -c Release --project tests/Cairn.Simulation -- --seed {Seed}"
        + $"{(Mutation == Mutation.None ? "" : $" --mutation {Mutation}")}\n"
        + $"the last of {Log.Count} steps:\n{string.Join('\n', Log.TakeLast(linesMax))}";
}

/// <summary>
/// A repository's whole life in a simulated world: hosts, maintainers, a reader and a keeper of keys, each as its
/// chance has it, all over one store. Afterwards all is calm: then everything must work.
/// </summary>
sealed class Life(ulong seed, Mutation mutation = Mutation.None)
{
    readonly World _world = new(seed, mutation);
    bool _isOver;

    static Life() => RememberedSignatures.Use();

    public LifeResult Run()
    {
        try
        {
            _world.Threads.RunToEnd(RunAsync);
        }
        catch (ViolationException)
        {
            // Kept by the world.
        }
        catch (SimulatedDeadlockException e)
        {
            _world.Fail(e.Message);
        }
        // A mistake of the simulation's own, most likely: told with its seed, and no end of a campaign.
        catch (Exception e)
        {
            _world.Fail($"somebody failed in a way that nobody expects: {e}");
        }
        _world.Judge.Dispose();
        return new LifeResult(
            seed, mutation, _world.Violation, _world.Log.Lines, _world.Log.Hash(), StoreHash.Of(_world.Bucket),
            _world.Threads.Steps, _world.Coverage);
    }

    async Task RunAsync()
    {
        var life = LiveAsync();
        await await Task.WhenAny(life, _world.Violated);
    }

    async Task LiveAsync()
    {
        var random = _world.NewRandom();
        await _world.InitAsync();
        await _world.Judge.LearnSignersAsync();
        var keeper = new KeyKeeper(_world);
        List<SimulatedHost> hosts = [new(_world, _world.Init.Credential), new(_world, await keeper.EnrolAsync("h1"))];
        var maintainers = new List<MaintainerLife>();
        for (var i = 1 + random.NextInt(3); i > 0; i--)
            maintainers.Add(new MaintainerLife(_world, $"m{i}", await keeper.EndorseAsync($"m{i}")));
        var others = maintainers.Select(maintainer => maintainer.LiveAsync(() => _isOver))
            .Append(new Reader(_world).LiveAsync(() => _isOver))
            .Append(CopyBesideOthersAsync(_world.NewRandom())).ToList();
        if (_world is { HasMeetings: true, Kind: LifeKind.Plain })
            others.Add((await LookMeeting.NewAsync(_world, keeper)).LiveAsync(() => _isOver));
        var leases = _world.Lease is null ? null : new LeaseLife(_world, "leases", await keeper.EndorseAsync("leases"));
        if (leases is not null)
            others.AddRange([leases.LiveAsync(() => _isOver), new LapseLife(_world).LiveAsync(() => _isOver)]);

        var copies = _world.Kind == LifeKind.Copies
            ? await CopyRepository.BeginAsync(_world, others, () => _isOver)
            : null;
        var lives = hosts.Select(host => host.LiveAsync(2 + random.NextInt(4))).ToList();
        if (_world is { HasMeetings: true, Kind: LifeKind.Leases })
        {
            var meeting = await LapseMeeting.NewAsync(_world, keeper);
            hosts.Add(meeting.Host);
            lives.Add(meeting.LiveAsync(1 + random.NextInt(2)));
        }
        // Later, beside runs of those who do not know of it.
        await _world.WaitAsync(random, TimeSpan.FromDays(10));
        if (random.NextInt(3) == 0)
        {
            hosts.Add(new SimulatedHost(_world, await keeper.EnrolAsync("h2")));
            lives.Add(hosts[^1].LiveAsync(1 + random.NextInt(3)));
        }
        if (random.NextInt(2) == 0)
        {
            maintainers.Add(new MaintainerLife(_world, "m-late", await keeper.EndorseAsync("m-late")));
            others.Add(maintainers[^1].LiveAsync(() => _isOver));
        }
        if (random.NextInt(6) == 0)
            await keeper.ChangeSomethingAsync();
        await Task.WhenAll(lives);
        _isOver = true;
        await Task.WhenAll(others);
        if (random.NextInt(4) == 0 && leases is null)
            await GoOnWithCopyAsync(hosts, maintainers, random);
        await EndAsync(hosts, maintainers);
        if (leases is not null)
            await leases.RunOnceAsync(mayFail: false);
        if (copies is not null)
            await copies.EndAsync();
        JudgeDamage(random);
    }

    /// <summary>Nobody is at work; all is copied with another tool, and from then on everybody works there.</summary>
    async Task GoOnWithCopyAsync(
        List<SimulatedHost> hosts, List<MaintainerLife> maintainers, SeededRandom random)
    {
        await Task.Delay(TimeSpan.FromDays(random.NextInt(45)), _world.Clock);
        var copy = await BucketCopy.MakeSlowlyAsync(_world, random, TimeSpan.FromMinutes(1));
        _world.Coverage.Count("bucket copied by another tool");
        _world.Log.Add("the bucket is copied by another tool; from now on all work with the copy");
        _world.MoveTo(copy);
        _world.Judge.JudgeFully();
        _isOver = false;
        var others = maintainers.Select(maintainer => maintainer.LiveAsync(() => _isOver))
            .Append(new Reader(_world).LiveAsync(() => _isOver)).ToList();
        await Task.WhenAll(hosts.Select(host => host.LiveAsync(1 + random.NextInt(2))).ToList());
        _isOver = true;
        await Task.WhenAll(others);
    }

    void JudgeDamage(SeededRandom random)
    {
        if (random.NextInt(2) == 0)
            _world.JudgeDamage(Damage.Draw(_world, random), random);
    }

    /// <summary>Somebody copies the bucket, now and then, without asking whether anybody is at work.</summary>
    async Task CopyBesideOthersAsync(SeededRandom random)
    {
        while (!_isOver)
        {
            await _world.WaitAsync(random, TimeSpan.FromDays(40));
            if (_isOver || random.NextInt(3) > 0)
                continue;
            var copy = await BucketCopy.MakeSlowlyAsync(
                _world, random, TimeSpan.FromSeconds(Math.Pow(10, random.NextInt(350) / 100.0)));
            _world.JudgeDamage(Damage.Torn(copy), random);
        }
    }

    async Task EndAsync(List<SimulatedHost> hosts, List<MaintainerLife> maintainers)
    {
        _world.IsCalm = true;
        _world.Log.Add("from now on all is calm");
        foreach (var host in hosts)
            await host.BackUpInTheEndAsync();
        foreach (var maintainer in maintainers)
            await maintainer.RunOnceAsync();
        _world.Judge.JudgeFully();
    }
}
