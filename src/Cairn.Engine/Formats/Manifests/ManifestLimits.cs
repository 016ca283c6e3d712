namespace Cairn.Engine.Formats.Manifests;

/// <summary>The limits of docs/format.md section 2 that concern manifests.</summary>
public static class ManifestLimits
{
    public const int PieceBytes = 16 << 20;

    /// <summary>Pieces have the levels 0 to 7; so have extent lists.</summary>
    public const int Levels = 8;

    public const int ListDepth = Levels;
    public const int EntryExtents = 1024;
    public const int ListExtents = 4096;
    public const int NameBytes = 65_535;
    public const int PathBytes = 1 << 20;
    public const int LinkTargetBytes = 65_535;
    public const int RestoreThroughBytes = 65_535;
    public const int OwnerNameBytes = 65_535;
    public const int AttributeNameBytes = 65_535;
    public const int AttributeValueBytes = 65_535;
    public const int Attributes = 65_535;
    public const int Owners = 1_048_576;
    public const int UpperRows = 65_536;
    public const int ChunkBytes = 16 << 20;
    public const long FileBytes = (1L << 62) - 1;
    public const ushort ModeBits = 0xFFF;
    public const uint NanosecondsMax = 999_999_999;
    public const int Classes = 2;
    public const byte FileClass = 0;
    public const byte StreamClass = 1;
}
