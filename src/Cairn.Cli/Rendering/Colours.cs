namespace Cairn.Cli.Rendering;

/// <summary>Codes of ECMA-48 for the few colours in use. Only a terminal gets them.</summary>
static class Colours
{
    public const string Bold = "1";
    public const string Red = "31";
    public const string Green = "32";
    public const string Yellow = "33";
    public const string Cyan = "36";
}
