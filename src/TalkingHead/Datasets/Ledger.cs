using System.Text;

namespace TalkingHead.Datasets;

/// <summary>The refused inputs of a dataset, part by part: <c>part1of1.ledger.jsonl</c>, one JSON object a line.</summary>
public static class Ledger
{
    /// <summary>All refusals of the dataset in the folder.</summary>
    /// <exception cref="UserException">A line is no refusal.</exception>
    public static IEnumerable<Refusal> Read(Dataset dataset)
    {
        foreach (var part in dataset.Parts)
        {
            var path = Path.Combine(dataset.Folder, part.Part.LedgerName);
            if (!File.Exists(path))
                throw new UserException($"{path}: the ledger of refused inputs is missing; copy it again.");
            foreach (var line in File.ReadLines(path))
                yield return Refusal.FromJson(Encoding.UTF8.GetBytes(line), path);
        }
    }
}
