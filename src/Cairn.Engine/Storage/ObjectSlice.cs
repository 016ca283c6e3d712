using Cairn.Engine.Primitives;

namespace Cairn.Engine.Storage;

/// <summary>
/// The bytes that a GET is to return, once the object's size is known. One place decides what is out of range and
/// what is too large, so that all stores agree and none takes memory first.
/// </summary>
public readonly record struct ObjectSlice(long Offset, int Length)
{
    public static ObjectSlice Of(ObjectKey key, long size, ByteRange range, int maxBytes)
    {
        Invariant.That(size >= 0);
        Invariant.That(maxBytes >= 0);
        var (offset, length) = range.IsWhole ? (0, size) : (range.Offset, range.Length);
        // Written as a subtraction because offset + length may overflow.
        if (offset < 0 || offset > size || length > size - offset)
            throw new StoreException(
                StoreErrorKind.RangeNotSatisfiable,
                $"{key}: {length} bytes from {offset} on were asked for, but the object has {size}; it was cut short, "
                + "or what points into it is damaged: run check",
                key);
        var limit = Math.Min(maxBytes, BufferPool.CapacityMax);
        if (length > limit)
            throw new StoreException(
                StoreErrorKind.TooLarge,
                $"{key}: {length} bytes, while nothing with such a name may have more than {limit}; "
                + "it was not written by Cairn, or is damaged: run check",
                key);
        return new ObjectSlice(offset, (int)length);
    }
}
