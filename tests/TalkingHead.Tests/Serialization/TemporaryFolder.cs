namespace TalkingHead.Tests.Serialization;

/// <summary>An empty folder for one test, removed after it.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("talkinghead-");

    internal string At(string name) => Path.Combine(folder.FullName, name);

    internal string[] Files => [.. folder.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];

    public void Dispose() => folder.Delete(recursive: true);
}
