namespace TalkingHead.Studio;

/// <summary>A finished file.</summary>
sealed record Download(string Id, string Path, string Name, string Title);

/// <summary>
/// The studio's own folder for what is uploaded and made: gone when the studio ends. Of finished files the newest few are kept.
/// </summary>
sealed class Downloads : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("talkinghead-studio-");
    readonly Lock change = new();
    readonly List<Download> finished = [];
    int last;

    /// <summary>A path that nothing stands at yet; no part of it comes from a request.</summary>
    public string NewPath(string ending) => Path.Combine(folder.FullName, $"{Interlocked.Increment(ref last)}{ending}");

    public IReadOnlyList<Download> All
    {
        get
        {
            lock (change)
                return [.. finished];
        }
    }

    /// <summary>Keeps a file for download.</summary>
    /// <param name="path">Of <see cref="NewPath"/>.</param>
    /// <param name="name">What it is saved as.</param>
    /// <param name="title">What it is, in words.</param>
    public Download Add(string path, string name, string title)
    {
        lock (change)
        {
            var download = new Download(Path.GetFileNameWithoutExtension(path), path, name, title);
            finished.Insert(0, download);
            foreach (var old in finished.Skip(Limits.Downloads).ToArray())
            {
                finished.Remove(old);
                Remove(old.Path);
            }
            return download;
        }
    }

    public Download Get(string id)
    {
        lock (change)
            return finished.Find(each => each.Id == id) ?? throw RefusedException.NotFound("file of that number");
    }

    /// <summary>Deletes a file; one that is being sent goes when the studio ends.</summary>
    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.Diagnostics.Debug.WriteLine($"{path}: {e.Message}");
        }
    }

    public void Dispose()
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.Diagnostics.Debug.WriteLine($"{folder.FullName}: {e.Message}");
        }
    }
}
