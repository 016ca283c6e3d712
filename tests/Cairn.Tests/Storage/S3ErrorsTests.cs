using Amazon.Util;
using Cairn.Engine.Primitives;
using Cairn.Engine.Storage;
using Cairn.Storage.S3;

namespace Cairn.Tests.Storage;

public class S3ErrorsTests
{
    [Fact]
    public void An_answer_that_the_SDK_chokes_on_may_pass()
    {
        // What it does to an ETag that is cut short.
        var choked = Record.Exception(() => AWSSDKUtils.HexStringToBytes("abc"));
        Assert.NotNull(choked);
        Assert.True(S3Errors.IsOurs(choked, TestContext.Current.CancellationToken));
        var errors = new S3Errors("s3://bucket", S3Location.Parse("s3://bucket", "/home/me"));
        var error = errors.Translate(choked, new ObjectKey("packs/00/x"), "read");
        Assert.Equal(StoreErrorKind.Unavailable, error.Kind);
        Assert.Contains("could not be understood", error.Message);
    }

    [Fact]
    public void A_mistake_of_our_own_does_not_pass_for_one()
    {
        var own = Record.Exception(() => ArgumentOutOfRangeException.ThrowIfNegative(-1));
        Assert.NotNull(own);
        Assert.False(S3Errors.IsOurs(own, TestContext.Current.CancellationToken));
    }
}
