namespace TalkingHead.Datasets.Preparation;

/// <summary>How a collection lies on disk; data/README.md draws the trees.</summary>
public enum PrepareLayout
{
    /// <summary>unzippedFaces/NAME/1.6/VIDEO/*.jpg, or with idNNNNN for NAME; vox1_meta.csv beside it.</summary>
    VoxCeleb1,

    /// <summary>dev|test/mp4/idNNNNN/VIDEO/NNNNN.mp4.</summary>
    VoxCeleb2,

    /// <summary>PERSON/*.mp4; a video in no folder is a person of its own.</summary>
    Videos,

    /// <summary>PERSON/*.jpg.</summary>
    Photos,
}

/// <summary>Names of layouts, and what they list.</summary>
public static class PrepareLayouts
{
    /// <exception cref="UserException">No layout is called that.</exception>
    public static PrepareLayout Parse(string name) =>
        Array.Find(Enum.GetValues<PrepareLayout>(), layout => layout.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)) is var layout
            && layout.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)
            ? layout
            : throw UserException.Usage($"--layout {name}: expected voxceleb1, voxceleb2, videos or photos; data/README.md draws their trees.");

    /// <summary>The inputs in order of their names; the same whatever order the folders list them in.</summary>
    /// <exception cref="UserException">The folder is missing, or holds nothing of that layout.</exception>
    internal static PrepareInput[] List(PrepareSettings settings)
    {
        if (!Directory.Exists(settings.From))
            throw new UserException($"{settings.From}: no such folder.");
        try
        {
            var (inputs, expected) = settings.Layout switch
            {
                PrepareLayout.VoxCeleb1 => (VoxCeleb.List1(settings), "unzippedFaces/NAME/1.6/VIDEO/*.jpg"),
                PrepareLayout.VoxCeleb2 => (VoxCeleb.List2(settings), "dev|test/mp4/idNNNNN/VIDEO/NNNNN.mp4"),
                PrepareLayout.Videos => (PersonFolders.Videos(settings), "PERSON/video.mp4"),
                _ => (PersonFolders.Photos(settings), "PERSON/photo.jpg"),
            };
            PrepareInput[] sorted = [.. inputs.OrderBy(input => input.Id, StringComparer.Ordinal)];
            for (var i = 1; i < sorted.Length; i++)
            {
                if (sorted[i].Id == sorted[i - 1].Id)
                    throw new UserException($"{settings.From}: {sorted[i - 1].Name} and {sorted[i].Name} would both be clip {sorted[i].Id}; rename one.");
            }

            return sorted.Length > 0 ? sorted : throw new UserException(
                $"{settings.From}: nothing here lies as {settings.Layout.ToString().ToLowerInvariant()} does; expected {expected}.");
        }
        catch (Exception e) when (DiskFault.Is(e))
        {
            throw new UserException($"{settings.From}: cannot be read: {e.Message}", e);
        }
    }
}
