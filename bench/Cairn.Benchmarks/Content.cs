namespace Cairn.Benchmarks;

/// <summary>Bytes to work on, the same each time.</summary>
static class Content
{
    public static byte[] Noise(int bytes)
    {
        var noise = new byte[bytes];
        new Random(1).NextBytes(noise);
        return noise;
    }

    /// <summary>Compresses about threefold, as sources and logs do.</summary>
    public static byte[] Text(int bytes)
    {
        var random = new Random(2);
        var words = Enumerable.Range(0, 2000).Select(_ => Noise(random)).ToArray();
        var text = new byte[bytes];
        for (var at = 0; at < bytes;)
        {
            var word = words[(int)(random.NextDouble() * random.NextDouble() * words.Length)];
            var length = Math.Min(word.Length, bytes - at);
            word.AsSpan(0, length).CopyTo(text.AsSpan(at));
            at += length;
        }
        return text;
    }

    static byte[] Noise(Random random)
    {
        var word = new byte[random.Next(3, 12)];
        random.NextBytes(word);
        return word;
    }
}
