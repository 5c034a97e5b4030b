using TalkingHead.Faces;
using TalkingHead.Perception;

namespace TalkingHead.Cli;

/// <summary>Which published weights are at hand. None is needed by the main job.</summary>
static class WeightChecks
{
    static readonly string[] Fan = [FanTracker.DetectorFile, FanTracker.LandmarkFile];

    public static string FetchFan => $"scripts/download-weights.sh {string.Join(' ', Fan)}";

    public static bool HasFan => Fan.All(PublishedWeights.Has);

    public static IEnumerable<Finding> All()
    {
        yield return new("weights", FindingState.Ok, $"{PublishedWeights.Table.Count(file => PublishedWeights.Has(file.Name))} of {PublishedWeights.Table.Count} files are in {Path.GetFullPath(PublishedWeights.Folder)} ({PublishedWeights.FolderVariable} names another folder)");
        foreach (var file in PublishedWeights.Table)
        {
            var here = new FileInfo(Path.Combine(PublishedWeights.Folder, file.Name));
            yield return here switch
            {
                { Exists: true } when file.Bytes > 0 && here.Length != file.Bytes =>
                    new(file.Name, FindingState.Optional, $"has {here.Length} bytes, expected {file.Bytes}; {file.Use}", $"rm {here} && scripts/download-weights.sh {file.Name}"),
                { Exists: true } => new(file.Name, FindingState.Ok, file.Use),
                _ => new(file.Name, FindingState.Optional, $"missing; {file.Use}", file.Direct ? $"scripts/download-weights.sh {file.Name}" : $"by hand from {file.Address}"),
            };
        }
    }
}
