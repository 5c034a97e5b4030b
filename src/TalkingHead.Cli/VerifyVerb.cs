using System.Text.Json.Serialization;
using CommandLine;
using CommandLine.Text;
using TalkingHead.Provenance;

namespace TalkingHead.Cli;

[Verb("verify", HelpText = "Says of pictures and videos whether they were made here, who signed them and whether they were changed.")]
sealed class VerifyVerb : IVerb
{
    [Value(0, MetaName = "FILE...", Required = true,
        HelpText = "Pictures and videos, from anyone; of a folder its files. No weights are needed.")]
    public IEnumerable<string> Files { get; set; } = [];

    [Option("trust", MetaValue = "CERT...",
        HelpText = "Certificates in PEM files, of roots or of signers, that count as known beside your own.")]
    public IEnumerable<string> Trust { get; set; } = [];

    [Option("json", MetaValue = "FILE", HelpText = "Also write what was found to this file.")]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Check a video; the exit code is 0 only where it is certain", new VerifyVerb { Files = ["out.mp4"] }),
        new("Check what a colleague made, by the root that they gave you",
            new VerifyVerb { Files = ["theirs.mp4"], Trust = ["their-root.pem"] }),
    ];

    public void Run(CancellationToken stop)
    {
        var verification = FileVerifier.Trusting(Trust);
        var verified = new List<VerifiedFile>();
        foreach (var file in Files.SelectMany(Within))
        {
            stop.ThrowIfCancellationRequested();
            verified.Add(verification.Verify(file, stop));
            Say(verified[^1]);
        }
        if (Json is not null)
            JsonFile.Write(Json, verified.ConvertAll(file => new Entry(file)));
        var uncertain = verified.Count(file => file.Verdict != Verdict.Certain);
        if (uncertain > 0)
            throw new UserException(verified.Count == 1 ? $"{verified[0].File}: not certain to be made by talkinghead and unchanged."
                : $"{uncertain} of {verified.Count} files are not certain to be made by talkinghead and unchanged.");
    }

    static IEnumerable<string> Within(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        string[] files = [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new UserException($"{path}: the folder holds no files.");
    }

    static void Say(VerifiedFile file)
    {
        Console.WriteLine($"{file.File}: {Word(file.Verdict)}");
        foreach (var sentence in file.Sentences)
            Console.WriteLine($"  {char.ToUpperInvariant(sentence[0])}{sentence[1..]}");
    }

    static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Certain => "made by talkinghead, signed by someone known, unchanged",
        Verdict.UnknownSigner => "made by talkinghead by its own word, unchanged, but signed by someone unknown",
        Verdict.Changed => "CHANGED since it was signed, or its credentials are another file's",
        Verdict.Foreign => "has credentials that another program made, or that cannot be checked in full; described, not judged",
        Verdict.MarkOnly => "most likely made by talkinghead: its pixels carry the mark, its credentials are gone",
        Verdict.MetadataOnly => "calls itself synthetic, without proof",
        _ => "nothing that says where it is from",
    };

    // What the JSON file holds of each.
    sealed record Entry(string File, [property: JsonConverter(typeof(JsonStringEnumConverter<Verdict>))] Verdict Verdict,
        IReadOnlyList<string> Sentences, CredentialFinding? Credentials, EntryMark? Mark)
    {
        public Entry(VerifiedFile file)
            : this(file.File, file.Verdict, file.Sentences, file.Credentials, file.Mark is { } mark
                ? new(mark.IsFound, mark.Statistic, MarkFinding.Threshold, mark.IsRead ? $"{mark.Payload:x8}" : null) : null)
        {
        }
    }

    sealed record EntryMark(bool Found, double Statistic, double Threshold, string? Head);
}
