using System.Runtime.InteropServices;
using Cairn.Engine.Entries;
using Cairn.Files.Interop;

namespace Cairn.Files.Walking;

/// <summary>
/// Reads extended attributes, and with them access control lists and file capabilities. One call an entry where there
/// are none. One thread.
/// </summary>
sealed unsafe class AttributeReader(WalkProblems problems) : IDisposable
{
    readonly byte* _list = (byte*)NativeMemory.Alloc(Libc.AttributesMax);
    readonly byte* _value = (byte*)NativeMemory.Alloc(Libc.AttributesMax);

    /// <param name="path">Of the directory.</param>
    /// <param name="flags"><see cref="Libc.AtNoFollow"/>, or 0 for what a link that was named leads to.</param>
    public IReadOnlyList<ExtendedAttribute> Read(
        ReadOnlySpan<byte> path, FileDescriptor directory, byte* name, int flags)
    {
        var length = Libc.ListAttributesAt(directory.Number, name, flags, _list);
        if (length == 0 || -length is Errno.NotSupported || Errno.IsGone(length))
            return [];
        if (length < 0)
        {
            problems.Failed(path, Text(name), "its extended attributes cannot be listed", length);
            return [];
        }
        var attributes = new List<ExtendedAttribute>(2);
        for (var at = 0; at < length;)
        {
            var attribute = Text(_list + at);
            if (Get(path, directory, name, flags, _list + at) is { } value)
                attributes.Add(new ExtendedAttribute(attribute.ToArray(), value));
            at += attribute.Length + 1;
        }
        // The manifest's order. The kernel names none twice.
        attributes.Sort(static (left, right) => left.Name.Span.SequenceCompareTo(right.Name.Span));
        return attributes;
    }

    byte[]? Get(ReadOnlySpan<byte> path, FileDescriptor directory, byte* name, int flags, byte* attribute)
    {
        var length = Libc.GetAttributeAt(directory.Number, name, flags, attribute, _value);
        if (length >= 0)
            return new ReadOnlySpan<byte>(_value, (int)length).ToArray();
        // Removed since it was listed, attribute or all.
        if (-length != Errno.NoData && !Errno.IsGone(length))
            problems.Failed(
                path, Text(name), $"its extended attribute {PathText.Show(Text(attribute))} cannot be read",
                length);
        return null;
    }

    static ReadOnlySpan<byte> Text(byte* text) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);

    public void Dispose()
    {
        NativeMemory.Free(_list);
        NativeMemory.Free(_value);
    }
}
