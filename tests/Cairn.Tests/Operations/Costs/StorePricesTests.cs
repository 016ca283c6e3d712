using System.Text;
using Cairn.Engine.Operations.Costs;

namespace Cairn.Tests.Operations.Costs;

/// <summary>Amazon's prices of November 2026, and sums that were reckoned by hand.</summary>
public sealed class StorePricesTests
{
    const long Gib = 1L << 30;

    static readonly StorePrices Amazon = StorePrices.Amazon;
    static readonly DateTimeOffset Stored = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_prices_say_whose_they_are()
    {
        Assert.Equal(("us-east-1", "USD", "2026-11-21"), (Amazon.Region, Amazon.Currency, Amazon.AsOf));
        Assert.Equal(7, Amazon.Classes.Count);
    }

    [Fact]
    public void A_month_of_storage()
    {
        Assert.Equal(2.3m, Amazon.Monthly("STANDARD", 100 * Gib));
        // What has no class is in the standard one.
        Assert.Equal(2.3m, Amazon.Monthly(storageClass: null, 100 * Gib));
        Assert.Equal(0.4m, Amazon.Monthly("GLACIER_IR", 100 * Gib));
        Assert.Equal(0, Amazon.Monthly("OF_ANOTHER_STORE", 100 * Gib));
    }

    [Fact]
    public void Small_objects_are_paid_for_as_if_they_were_larger()
    {
        Assert.Equal(Amazon.Monthly("STANDARD_IA", 131072), Amazon.Monthly("STANDARD_IA", 4096));
        Assert.True(Amazon.Monthly("STANDARD_IA", 131073) > Amazon.Monthly("STANDARD_IA", 4096));
        // 32 KiB in the class and 8 KiB in the standard one, on top of each object.
        Assert.Equal(
            ((4096 + 32768) * 0.00099m + 8192 * 0.023m) / Gib, Amazon.Monthly("DEEP_ARCHIVE", 4096));
    }

    [Fact]
    public void Requests_and_retrieval()
    {
        Assert.Equal(0.000005m, Amazon.Puts("STANDARD", 1));
        Assert.Equal(0.05m, Amazon.Puts("DEEP_ARCHIVE", 1000));
        Assert.Equal(0.005m, Amazon.Lists(1000));
        Assert.Equal(0.0000004m, Amazon.Reading("STANDARD", Gib));
        Assert.Equal(0.03001m, Amazon.Reading("GLACIER_IR", Gib));
        Assert.Null(Amazon.Reading("DEEP_ARCHIVE", Gib));
    }

    [Theory]
    [InlineData("STANDARD_IA", 30)]
    [InlineData("GLACIER_IR", 90)]
    [InlineData("GLACIER", 90)]
    [InlineData("DEEP_ARCHIVE", 180)]
    public void Minimum_durations(string storageClass, int days) =>
        Assert.Equal(Stored.AddDays(days), Amazon.PaidUntil(storageClass, Stored));

    [Fact]
    public void The_standard_class_has_none_and_without_a_time_nothing_is_known()
    {
        Assert.Null(Amazon.PaidUntil("STANDARD", Stored));
        Assert.Null(Amazon.PaidUntil("GLACIER", stored: null));
    }

    [Fact]
    public void A_copy_has_to_earn_what_it_costs()
    {
        const long pack = 32 << 20;
        Assert.True(Amazon.PaysToCopy("STANDARD", pack, pack / 2));
        // A byte less a month for the price of a request.
        Assert.False(Amazon.PaysToCopy("STANDARD", pack, pack - 1));
        // What is left would lie in a dearer class.
        Assert.False(Amazon.PaysToCopy("GLACIER_IR", pack, pack / 2));
        Assert.True(Amazon.PaysToCopy("STANDARD_IA", pack, pack / 16));
        // It would have to be thawed.
        Assert.False(Amazon.PaysToCopy("DEEP_ARCHIVE", pack, 1));
    }

    [Theory]
    [InlineData("", "line 1")]
    [InlineData("{}", "missing")]
    [InlineData("""{"region":"a","currency":"EUR","asOf":"b","classes":{}}""", "STANDARD")]
    [InlineData(
        """{"region":"a","currency":"EUR","asOf":"b","classes":{"STANDARD":{"storageGbMonth":1}}}""", "missing")]
    [InlineData(
        """
        {"region":"a","currency":"EUR","asOf":"b","classes":{"STANDARD":
        {"storageGbMonth":-1,"putPer1000":0,"getPer1000":0}}}
        """, "below zero")]
    public void What_is_no_price_file_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<FormatException>(() => StorePrices.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_price_file_of_ones_own()
    {
        var prices = StorePrices.Parse("""
            // Per GiB and month, whatever is done.
            { "region": "here", "currency": "EUR", "asOf": "2026-10-01", "ignored": 1,
              "classes": { "STANDARD": { "storageGbMonth": 0.005, "putPer1000": 0, "getPer1000": 0, "minDays": 90 } } }
            """u8);
        Assert.Equal(0.5m, prices.Monthly(storageClass: null, 100 * Gib));
        Assert.Equal(0, prices.Lists(1000));
        Assert.Equal(Stored.AddDays(90), prices.PaidUntil("STANDARD", Stored));
    }
}
