using System.Runtime.InteropServices;
using Cairn.Engine.Entries;
using Cairn.Files.Interop;

namespace Cairn.Files.Restoring;

/// <summary>
/// Sets extended attributes (access control lists and capabilities among them) and inode flags. What this user or this
/// file system cannot have goes to the list of shortfalls, one line a kind. Any thread.
/// </summary>
sealed unsafe class AttributeWriter(ShortfallList shortfalls)
{
    const int NameMax = 255;

    // What others than the file's owner put there is theirs to take away.
    static readonly string[] Removable = ["user.", "system.posix_acl_"];

    /// <summary>
    /// After owner and mode: a change of owner takes capabilities away, one of the mode changes lists.
    /// </summary>
    public void Set(Place place, ReadOnlySpan<byte> path, Entry entry)
    {
        var text = stackalloc byte[NameMax + 1];
        foreach (var attribute in entry.Attributes)
        {
            var name = attribute.Name.Span;
            long error = -Errno.OutOfRange;
            if (CName.TryTerminate(name, new Span<byte>(text, NameMax + 1)))
                error = place.SetAttribute(text, attribute.Value.Span);
            if (error < 0)
                shortfalls.Add($"{Describe(name)} could not be set: {Errno.Describe(error)}", path);
        }
    }

    /// <summary>
    /// Takes away what a file has from its directory, or a directory from before, and the snapshot does not say.
    /// Before the mode: with an access control list it would mean another thing.
    /// </summary>
    public void RemoveOthers(int descriptor, Entry entry)
    {
        var buffer = NativeMemory.Alloc(Libc.AttributesMax);
        try
        {
            var list = (byte*)buffer;
            var length = Libc.ListAttributes(descriptor, list);
            for (var at = 0L; at < length;)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(list + at);
                if (IsRemovable(name) && !Has(entry, name))
                    Libc.RemoveAttribute(descriptor, list + at);
                at += name.Length + 1;
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    /// <summary>The very last: what is immutable can be neither renamed nor linked nor given a time.</summary>
    public void SetFlags(int descriptor, ReadOnlySpan<byte> path, uint flags)
    {
        var error = Libc.GetInodeFlags(descriptor, out var current);
        if (error == 0 && (current & flags) != flags)
            error = Libc.SetInodeFlags(descriptor, current | flags);
        // Those that only root may set are not to cost the others.
        if (error == -Errno.NotPermitted)
            Libc.SetInodeFlags(descriptor, current | (flags & ~Placement.Blocking));
        if (error < 0)
            shortfalls.Add($"the inode flags could not be set: {Errno.Describe(error)}", path);
    }

    /// <summary>Whether what stands there has the recorded attributes, as far as this process may look.</summary>
    public static bool Matches(int directory, byte* name, Entry entry)
    {
        if (entry.Attributes.Count == 0)
            return true;
        var text = stackalloc byte[NameMax + 1];
        var buffer = NativeMemory.Alloc(Libc.AttributesMax);
        try
        {
            foreach (var attribute in entry.Attributes)
            {
                if (attribute.StoredValue is not null
                    || !CName.TryTerminate(attribute.Name.Span, new Span<byte>(text, NameMax + 1)))
                    continue;
                var length = Libc.GetAttributeAt(directory, name, Libc.AtNoFollow, text, (byte*)buffer);
                if (-length == Errno.NotSupported || (length < 0 && !IsRemovable(attribute.Name.Span)
                    && Libc.EffectiveUser() != 0))
                    continue; // it could not be set either
                if (length < 0
                    || !attribute.Value.Span.SequenceEqual(new ReadOnlySpan<byte>(buffer, (int)length)))
                    return false;
            }
            return true;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    static bool Has(Entry entry, ReadOnlySpan<byte> name)
    {
        foreach (var attribute in entry.Attributes)
        {
            if (attribute.Name.Span.SequenceEqual(name))
                return true;
        }
        return false;
    }

    static bool IsRemovable(ReadOnlySpan<byte> name)
    {
        foreach (var prefix in Removable)
        {
            if (name.Length >= prefix.Length && System.Text.Ascii.Equals(name[..prefix.Length], prefix))
                return true;
        }
        return false;
    }

    // Few kinds, however many names users think of.
    static string Describe(ReadOnlySpan<byte> name)
    {
        if (name.StartsWith("system.posix_acl_"u8))
            return "the access control list";
        if (name.SequenceEqual("security.capability"u8))
            return "the file capabilities";
        var dot = name.IndexOf((byte)'.');
        return dot is > 0 and <= 16 ? $"an extended attribute {PathText.Show(name[..dot])}.*" : "an extended attribute";
    }
}
