namespace Cairn.Engine.Formats.Manifests;

/// <summary>Which optional fields an entry's record has.</summary>
[Flags]
enum EntryFields : byte
{
    None = 0,
    Marks = 1,
    Born = 2,
    HardLinkGroup = 4,
    InodeFlags = 8,
    Attributes = 16,
    RestoreThrough = 32,
    All = 63,
}
