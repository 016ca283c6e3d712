namespace Cairn.Engine.Formats;

/// <summary>docs/format.md, section 2: checked before anything is allocated for it.</summary>
public static class Limits
{
    public const int ObjectBytes = 64 << 20;
    public const int DescriptorBytes = 64 << 10;
    public const int PackBytes = 256 << 20;
    public const int PackKeys = 1024;
    public const int PackAuthors = 1024;
    public const int PackRows = 1 << 20;
    public const int BlobPlainBytes = 16 << 20;
    public const int IndexPacks = 65_536;
    public const int LedgerPacks = 1 << 24;
    public const int SealedTagsMax = 1 << 20;
    public const int SealedTagsUnit = 256;
}
