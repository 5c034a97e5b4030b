using System.Globalization;

namespace TalkingHead.Datasets;

/// <summary>
/// One of the parts that a dataset is made in, on one machine or on several. Each has its own shards, index and ledger;
/// the parts of one folder open together.
/// </summary>
/// <param name="Number">1 to <paramref name="Count"/>.</param>
/// <param name="Count">How many parts the whole has.</param>
public readonly record struct DatasetPart(int Number, int Count)
{
    internal const int MostParts = 9999;

    const string IndexEnding = ".index";

    /// <summary>A dataset made in one go.</summary>
    public static DatasetPart Whole => new(1, 1);

    /// <summary>Reads "2/4".</summary>
    /// <exception cref="UserException">Another form, or a number outside the parts.</exception>
    public static DatasetPart Parse(string text)
    {
        var numbers = text.Split('/');
        return numbers.Length == 2 && IsNumber(numbers[0], out var number) && IsNumber(numbers[1], out var count)
            && count is >= 1 and <= MostParts && number >= 1 && number <= count
            ? new(number, count)
            : throw UserException.Usage($"--part {text}: expected i/n with i from 1 to n, such as 2/4.");
    }

    /// <summary>Whether this part takes the input of that name: by its hash, so other inputs coming or going move nothing.</summary>
    public bool Takes(string input) => Count == 1 || Checksum.Of(input) % (ulong)Count == (ulong)(Number - 1);

    /// <summary>As in the names of its files: "part2of4".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"part{Number}of{Count}");

    internal string IndexName => this + IndexEnding;

    internal string LedgerName => this + ".ledger.jsonl";

    internal string JournalName => this + ".journal";

    internal string ShardName(int shard) => string.Create(CultureInfo.InvariantCulture, $"{this}-{shard:D5}.tar");

    /// <summary>The part whose finished index is called that; null where the name is none.</summary>
    internal static DatasetPart? OfIndex(string fileName)
    {
        if (!fileName.StartsWith("part", StringComparison.Ordinal) || !fileName.EndsWith(IndexEnding, StringComparison.Ordinal))
            return null;
        var numbers = fileName[4..^IndexEnding.Length].Split("of");
        return numbers.Length == 2 && IsNumber(numbers[0], out var number) && IsNumber(numbers[1], out var count) ? new(number, count) : null;
    }

    static bool IsNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
