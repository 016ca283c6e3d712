using Cairn.Engine.Storage;
using Cairn.Storage.Rclone;

namespace Cairn.Tests.Storage;

public class RcloneErrorsTests
{
    [Theory]
    [InlineData(500, "didn't find section in config file", StoreErrorKind.Refused)]
    [InlineData(500, "unable to decrypt configuration and not allowed to ask for password", StoreErrorKind.Refused)]
    [InlineData(500, "ssh: handshake failed: ssh: unable to authenticate", StoreErrorKind.Refused)]
    [InlineData(500, "couldn't connect SSH: ssh: handshake failed: knownhosts: key mismatch", StoreErrorKind.Refused)]
    [InlineData(500, "mkdir failed: sftp: \"Permission denied\" (SSH_FX_PERMISSION_DENIED)", StoreErrorKind.Refused)]
    [InlineData(500, "read metadata failed: Unauthorized: 401 Unauthorized", StoreErrorKind.Refused)]
    [InlineData(500, "write /srv/x: no space left on device", StoreErrorKind.Full)]
    [InlineData(500, "Insufficient Storage: 507 Insufficient Storage", StoreErrorKind.Full)]
    [InlineData(500, "error 429 Too Many Requests", StoreErrorKind.Throttled)]
    [InlineData(500, "dial tcp 10.0.0.1:22: connect: connection refused", StoreErrorKind.Unavailable)]
    [InlineData(500, "unexpected EOF", StoreErrorKind.Unavailable)]
    [InlineData(404, "couldn't find method \"operations/uploadfile\"", StoreErrorKind.Unavailable)]
    [InlineData(404, "failed to find object: object not found", StoreErrorKind.NotFound)]
    [InlineData(500, "failed to find object: is a directory not a file", StoreErrorKind.NotFound)]
    public void What_rclone_says_is_told_apart(int status, string said, StoreErrorKind kind)
    {
        var error = Errors.Translate(new RcloneException(status, said), Key, "stored");
        Assert.Equal(kind, error.Kind);
        Assert.Contains("packs/00/x was not stored: ", error.Message);
        Assert.Equal(Key, error.Key);
    }

    [Fact]
    public void An_rclone_that_does_not_answer_may_be_there_again_soon()
    {
        var error = Errors.Translate(new HttpRequestException("Connection refused"), key: null, "listed");
        Assert.Equal(StoreErrorKind.Unavailable, error.Kind);
        Assert.Contains("rclone:nas:x was not listed: ", error.Message);
    }

    static readonly ObjectKey Key = new("packs/00/x");
    static readonly RcloneErrors Errors = new("rclone:nas:x", new RcloneLocation("nas", "x"));
}
