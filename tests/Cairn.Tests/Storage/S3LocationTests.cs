using Cairn.Storage;
using Cairn.Storage.S3;

namespace Cairn.Tests.Storage;

public class S3LocationTests
{
    [Fact]
    public void A_bucket_alone_is_Amazon_s()
    {
        var location = S3Location.Parse("s3://my-bucket", "/home/me");
        Assert.Equal(new S3Location { Bucket = "my-bucket" }, location);
    }

    [Fact]
    public void Everything_can_be_said()
    {
        var location = S3Location.Parse(
            "s3://my-bucket/some/where/?endpoint=https://s3.example:9000&region=eu-1&profile=two%20words"
            + "&ca-file=ca.pem&path-style=false&instance-credentials=true&timeout=5",
            "/home/me");
        Assert.Equal(
            new S3Location
            {
                Bucket = "my-bucket", Prefix = "some/where/", Endpoint = new Uri("https://s3.example:9000"),
                Region = "eu-1", Profile = "two words", CaFile = "/home/me/ca.pem", PathStyle = false,
                InstanceCredentials = true, Timeout = TimeSpan.FromSeconds(5),
            },
            location);
    }

    [Fact]
    public void With_an_endpoint_the_bucket_stands_in_the_path_and_without_a_scheme_it_is_https()
    {
        var location = S3Location.Parse("s3://my-bucket?endpoint=s3.example", "/");
        Assert.True(location.PathStyle);
        Assert.Equal("https://s3.example/", location.Endpoint!.ToString());
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3://ab")]
    [InlineData("s3://no_such$bucket")]
    [InlineData("s3://bucket/a//b")]
    [InlineData("s3://bucket/../b")]
    [InlineData("s3://bucket/sp ace")]
    [InlineData("s3://bucket?endpont=x")]
    [InlineData("s3://bucket?region=")]
    [InlineData("s3://bucket?region=a&region=b")]
    [InlineData("s3://bucket?path-style=maybe")]
    [InlineData("s3://bucket?endpoint=ftp://x")]
    [InlineData("s3://bucket?endpoint=https://x/path")]
    [InlineData("s3://bucket?timeout=0")]
    public void What_is_no_location_is_a_usage_error(string text) =>
        Assert.Throws<StoreLocationException>(() => S3Location.Parse(text, "/"));

    [Fact]
    public void Keys_in_a_location_are_refused_and_not_repeated()
    {
        var error = Assert.Throws<StoreLocationException>(
            () => S3Location.Parse("s3://AKIA123:verysecret@bucket/x", "/"));
        Assert.DoesNotContain("verysecret", error.Message);
        Assert.DoesNotContain("AKIA123", error.Message);
    }
}
