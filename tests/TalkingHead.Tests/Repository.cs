namespace TalkingHead.Tests;

/// <summary>The repository's own files, which tests read where they lie.</summary>
static class Repository
{
    // The tests are built into artifacts/bin/TalkingHead.Tests/release.
    internal static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));

    internal static string At(string path) => Path.Combine(Root, path);
}
