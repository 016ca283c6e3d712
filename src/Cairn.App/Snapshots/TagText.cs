namespace Cairn.App.Snapshots;

/// <summary>Which texts can be tags.</summary>
static class TagText
{
    const int TagsMax = 1024;
    const int LengthMax = 255;

    public static void Require(IEnumerable<string> tags)
    {
        var count = 0;
        foreach (var tag in tags)
        {
            if (tag.Length == 0 || tag.Contains(','))
                throw new UsageException($"\"{tag}\" is no tag: a tag is not empty and has no comma");
            if (tag.Length > LengthMax)
                throw new UsageException($"\"{tag[..32]}…\" is too long for a tag", $"{LengthMax} letters fit");
            if (++count > TagsMax)
                throw new UsageException($"a snapshot cannot have more than {TagsMax} tags");
        }
    }
}
