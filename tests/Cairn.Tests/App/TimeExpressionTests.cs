using Cairn.App.Snapshots;

namespace Cairn.Tests.App;

public class TimeExpressionTests
{
    static readonly DateTimeOffset Now = new(2026, 6, 15, 12, 0, 0, TimeSpan.Zero);
    static readonly FixedTime Time = new(Now, TimeSpan.FromHours(2));

    [Theory]
    [InlineData("now", "2026-06-15T12:00:00Z")]
    [InlineData("0", "1970-01-01T00:00:00Z")]
    [InlineData("32", "1970-01-01T00:00:32Z")]
    [InlineData("1012005000", "2002-01-26T00:30:00Z")]
    [InlineData("2002-01-25T07:00:00+02:00", "2002-01-25T05:00:00Z")]
    [InlineData("2002-01-25T07:00:00-05:30", "2002-01-25T12:30:00Z")]
    [InlineData("2002-01-25T07:00:00Z", "2002-01-25T07:00:00Z")]
    [InlineData("2002-01-25T07:00:00", "2002-01-25T05:00:00Z")]
    [InlineData("2002-01-25T07:00", "2002-01-25T05:00:00Z")]
    [InlineData("20020125T070000Z", "2002-01-25T07:00:00Z")]
    [InlineData("3D2h5m", "2026-06-12T09:55:00Z")]
    [InlineData("1s", "2026-06-15T11:59:59Z")]
    [InlineData("1W", "2026-06-08T12:00:00Z")]
    [InlineData("1M", "2026-05-16T12:00:00Z")]
    [InlineData("1Y", "2025-06-15T12:00:00Z")]
    [InlineData("1D1D", "2026-06-13T12:00:00Z")]
    [InlineData("5m5M", "2026-01-16T11:55:00Z")]
    [InlineData("9999Y", "0001-01-01T00:00:00Z")]
    [InlineData("2002/01/25", "2002-01-24T22:00:00Z")]
    [InlineData("2002-01-25", "2002-01-24T22:00:00Z")]
    [InlineData("2002-1-5", "2002-01-04T22:00:00Z")]
    [InlineData("01/25/2002", "2002-01-24T22:00:00Z")]
    [InlineData("1-25-2002", "2002-01-24T22:00:00Z")]
    [InlineData("20020125Z", "2002-01-24T22:00:00Z")]
    public void A_time_is_understood_in_every_usual_form(string text, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected), TimeExpression.TryParse(text, Time));

    [Theory]
    [InlineData("")]
    [InlineData("-2h")]
    [InlineData("231I")]
    [InlineData("D")]
    [InlineData("3 D")]
    [InlineData("3d")]
    [InlineData("2002-13-25")]
    [InlineData("2002-02-30")]
    [InlineData("25/01/2002")]
    [InlineData("yesterday")]
    [InlineData("2002-01-25T25:00:00")]
    [InlineData("99999999999999999999")]
    [InlineData("999999999999999999Y")]
    public void Anything_else_is_no_time(string text) => Assert.Null(TimeExpression.TryParse(text, Time));

    [Theory]
    [InlineData("32")]
    [InlineData("-2h")]
    [InlineData("231I")]
    [InlineData("")]
    public void Some_texts_are_no_intervals(string text) => Assert.Null(TimeExpression.TryParseInterval(text));
}

/// <summary>A clock that stands still in a zone of its own.</summary>
sealed class FixedTime(DateTimeOffset now, TimeSpan offset) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone { get; } =
        TimeZoneInfo.CreateCustomTimeZone("test", offset, "test", "test");

    public override DateTimeOffset GetUtcNow() => now;
}
