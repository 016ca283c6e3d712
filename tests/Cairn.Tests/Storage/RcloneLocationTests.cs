using Cairn.Storage;
using Cairn.Storage.Rclone;

namespace Cairn.Tests.Storage;

public class RcloneLocationTests
{
    [Theory]
    [InlineData("rclone:nas:backup/cairn", "nas", "backup/cairn")]
    [InlineData("rclone:nas:", "nas", "")]
    [InlineData("rclone:nas:/srv/backup/", "nas", "/srv/backup")]
    [InlineData("rclone:nas:/", "nas", "/")]
    [InlineData("rclone:my nas:a:b, c=d", "my nas", "a:b, c=d")]
    [InlineData("rclone::local:/srv", ":local", "/srv")]
    [InlineData("RCLONE:nas:x", "nas", "x")]
    public async Task A_remote_and_a_path_are_taken_apart(string text, string remote, string path)
    {
        var location = StoreLocation.Parse(text, "/home/me");
        Assert.Equal(StoreScheme.Rclone, location.Scheme);
        Assert.Equal(new RcloneLocation(remote, path), location.Rclone);
        await using var store = location.Open(new StoreOptions { Time = TimeProvider.System, Variable = _ => null });
        Assert.Equal(text, Assert.IsType<RcloneStore>(store).Location);
        Assert.False(store.Capabilities.ListsWhatWasWritten, "nobody has asked the remote yet");
    }

    [Theory]
    [InlineData("rclone:")]
    [InlineData("rclone::")]
    [InlineData("rclone:::x")]
    [InlineData("rclone:/srv/backup")]
    [InlineData("rclone:nas")]
    [InlineData("rclone:n/a:s")]
    [InlineData("rclone:nas:a[b]")]
    [InlineData("rclone:nas:a\nb")]
    public void What_names_no_remote_is_a_usage_error(string text) =>
        Assert.Throws<StoreLocationException>(() => StoreLocation.Parse(text, "/home/me"));

    [Theory]
    [InlineData("rclone:nas,pass=hidden:path")]
    [InlineData("rclone::sftp,host=there,pass=hidden:path")]
    [InlineData("rclone:nas,key_pem='a:hidden':path")]
    public void Parameters_are_refused_and_never_repeated(string text)
    {
        var error = Assert.Throws<StoreLocationException>(() => StoreLocation.Parse(text, "/home/me"));
        Assert.Contains("rclone config", error.Message);
        Assert.DoesNotContain("hidden", error.Message);
    }
}
