using Cairn.App;
using Cairn.Cli;
using Cairn.Engine.Formats;
using Cairn.Engine.Interop;
using Cairn.Engine.Operations.Backup;
using Cairn.Engine.Repositories;
using Cairn.Engine.Sources;
using Cairn.Engine.Storage;

namespace Cairn.Tests.Cli;

public class ExitCodeTests
{
    static readonly ObjectKey Key = new("packs/aa/bb");

    public static TheoryData<Exception, int> Table => new()
    {
        { new SourceMissingException("x"), 1 },
        { new StreamFailedException("x"), 1 },
        { new RefusedException("x", "y"), 1 },
        { new SnapshotNotFoundException("x"), 1 },
        { new RepositoryExistsException("x"), 1 },
        { new MissingLibraryException("libx.so", "libx1"), 1 },
        { new UsageException("x"), 2 },
        { new ConfigurationException("x"), 2 },
        { new NoRepositoryException("x"), 10 },
        { new UnsupportedFormatException(Key, "x"), 10 },
        { new DamagedObjectException(Key, FailureKind.Unsupported, "x"), 10 },
        { new StoreException(StoreErrorKind.NotFound, "no folder"), 10 },
        { new WrongKeyException("x"), 12 },
        { new KeyNeededException("x", "y"), 12 },
        { new CredentialException("x"), 12 },
        { new DamagedObjectException(Key, FailureKind.Content, "x"), 13 },
        { new StoreException(StoreErrorKind.NotFound, "x", Key), 13 },
        { new StoreException(StoreErrorKind.Full, "x", Key), 14 },
        { new StoreException(StoreErrorKind.Refused, "x", Key), 14 },
        { new StoreException(StoreErrorKind.Unavailable, "x", Key), 14 },
        { new StoreException(StoreErrorKind.Cold, "x", Key), 15 },
        { new StoreException(StoreErrorKind.Protected, "x", Key), 16 },
        { new OperationCanceledException(), 130 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_failure_has_its_documented_code(Exception exception, int code) =>
        Assert.Equal(code, ExitCodes.Of(exception));

    [Fact]
    public void The_gravest_wins()
    {
        Assert.Equal(13, ExitCodes.Gravest(3, 1, 14, 13));
        Assert.Equal(14, ExitCodes.Gravest(3, 1, 14));
        Assert.Equal(1, ExitCodes.Gravest(3, 1, 0));
        Assert.Equal(1, ExitCodes.Gravest(5, 1, 3));
        Assert.Equal(5, ExitCodes.Gravest(3, 5, 0));
        Assert.Equal(3, ExitCodes.Gravest(0, 3));
        Assert.Equal(0, ExitCodes.Gravest(0));
    }

    [Fact]
    public void Messages_are_one_line_lower_case_without_a_full_stop_and_the_hint_stands_apart()
    {
        var report = ErrorReport.Of(new SourceMissingException("The source /x does not exist."));
        Assert.Equal("the source /x does not exist", report.Message);

        report = ErrorReport.Of(
            new NoRepositoryException("there is no repository at /x. To create one: cairn -r /x init"));
        Assert.Equal(("there is no repository at /x", "to create one: cairn -r /x init"),
            (report.Message, report.Hint));
    }

    [Fact]
    public void A_missing_library_names_its_package_behind_whatever_the_runtime_wraps_around_it()
    {
        var wrapped = new TypeInitializationException("T", new MissingLibraryException("libzstd.so.1", "libzstd1"));
        var report = ErrorReport.Of(ErrorReport.Unwrap(wrapped));

        Assert.Equal("libzstd.so.1 is missing", report.Message);
        Assert.Contains("apt-get install libzstd1", report.Hint, StringComparison.Ordinal);
    }
}
