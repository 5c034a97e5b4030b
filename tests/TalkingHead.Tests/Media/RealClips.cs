namespace TalkingHead.Tests.Media;

/// <summary>The clips of people in shared/real beside the repository, which stay out of it: tests on them are skipped elsewhere.</summary>
static class RealClips
{
    internal static string Path(string name)
    {
        if (Find(name) is { } path)
            return path;
        Assert.Skip($"shared/real/{name} is not beside the repository: clips of people are not part of it.");
        return "";
    }

    /// <summary>Null where it is not there.</summary>
    internal static string? Find(string name)
    {
        for (var folder = new DirectoryInfo(Repository.Root); folder is not null; folder = folder.Parent)
        {
            foreach (var place in new[] { "real", "shared/real" })
            {
                var path = System.IO.Path.Combine(folder.FullName, place, name);
                if (File.Exists(path))
                    return path;
            }
        }

        return null;
    }
}

/// <summary>Where no test may fail for want of a program.</summary>
static class Needs
{
    internal static void Ffmpeg() => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "ffmpeg"))),
        "ffmpeg is not installed.");
}
