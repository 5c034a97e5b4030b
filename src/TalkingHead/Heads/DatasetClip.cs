using TalkingHead.Datasets;

namespace TalkingHead.Heads;

/// <summary>A dataset's clip as it is named on a command line: DATASET#CLIP.</summary>
static class DatasetClip
{
    /// <summary>Folder and clip id; null where the text names none: no #, or a file that is there has it in its name.</summary>
    public static (string Folder, string Id)? Parse(string what)
    {
        var mark = what.LastIndexOf('#'); // clip ids hold none
        return mark > 0 && !File.Exists(what) && !Directory.Exists(what) ? (what[..mark], what[(mark + 1)..]) : null;
    }

    /// <summary>An example of how to name one of a dataset's clips.</summary>
    public static string Example(string folder)
    {
        using var dataset = Dataset.Open(folder);
        return $"{folder}#{dataset[0].Id}";
    }
}
