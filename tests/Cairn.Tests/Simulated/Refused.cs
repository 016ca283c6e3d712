using Cairn.Testing.Simulated.Buckets;

namespace Cairn.Tests.Simulated;

static class Refused
{
    public static S3Exception With(int status, string code, Action request)
    {
        var error = Assert.Throws<S3Exception>(request);
        Assert.Equal((status, code), (error.Status, error.Code));
        return error;
    }
}
