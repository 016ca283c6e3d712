using Cairn.Storage;
using Cairn.Storage.Local;

namespace Cairn.Tests.Storage;

public class StoreLocationTests
{
    static readonly StoreOptions Options = new() { Time = TimeProvider.System, Variable = _ => null };

    [Theory]
    [InlineData("/srv/backup", "/srv/backup")]
    [InlineData("/srv//backup/./x/../", "/srv/backup")]
    [InlineData("backup", "/home/me/backup")]
    [InlineData("../backup", "/home/backup")]
    [InlineData("/", "/")]
    [InlineData("C:/odd", "/home/me/C:/odd")]
    [InlineData("./~", "/home/me/~")]
    [InlineData("./s3:/bucket", "/home/me/s3:/bucket")]
    [InlineData("file:///srv/my%20backup", "/srv/my backup")]
    [InlineData("FILE:///srv/backup/", "/srv/backup")]
    public void A_path_or_file_url_becomes_an_absolute_path(string text, string path)
    {
        var location = StoreLocation.Parse(text, "/home/me");
        Assert.Equal((StoreScheme.Local, text, path), (location.Scheme, location.Text, location.Path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("file://host/srv")]
    [InlineData("file:///a%00b")]
    [InlineData("sftp://host/srv")]
    [InlineData("a\0b")]
    [InlineData("~")]
    [InlineData("~/backup")]
    [InlineData("s3:/bucket/x")]
    [InlineData("S3:bucket")]
    [InlineData("file:/srv/backup")]
    public void What_is_no_location_is_a_usage_error(string text) =>
        Assert.Throws<StoreLocationException>(() => StoreLocation.Parse(text, "/home/me"));

    [Fact]
    public async Task A_local_location_opens_a_local_store_that_calls_itself_as_the_user_did()
    {
        await using var store = StoreLocation.Parse("x/../backup", "/home/me").Open(Options);
        Assert.IsType<LocalStore>(store);
        Assert.Equal("x/../backup", store.Location);
    }
}
