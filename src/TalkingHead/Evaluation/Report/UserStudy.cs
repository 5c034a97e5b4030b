using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TalkingHead.Data;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Media;

namespace TalkingHead.Evaluation.Report;

/// <summary>Three pictures of one person, one of them generated.</summary>
/// <param name="Method">What made it.</param>
/// <param name="Shots">T.</param>
/// <param name="Person">The place in the plan.</param>
/// <param name="Generated">Its place among the three.</param>
sealed record Triplet(string Method, int Shots, int Person, int Generated);

/// <summary>What the page does not say. It stays in the evaluation's folder.</summary>
/// <param name="Format">Of the file.</param>
/// <param name="Study">Which page it belongs to: a checksum of all that the page shows.</param>
/// <param name="Triplets">In the page's numbering.</param>
sealed record StudyKey(string Format, string Study, IReadOnlyList<Triplet> Triplets);

/// <summary>
/// The paper's blind vote (section 4, USER): people see three pictures of one person and pick the one that they take for generated;
/// 1/3 is chance. One page shows them, its answers come back as files, and the key turns them into figures.
/// </summary>
static class UserStudy
{
    internal const string KeyFile = "user-study.json", PageFile = "user-study.html";

    const string KeyFormat = "talkinghead-user-study 1", AnswersFormat = "talkinghead-user-answers 1";
    const string Definition = "share of answers that pick the generated picture among three of one person, the other two true frames of "
        + "the clip (the paper's: of other videos); 0.33 is chance; interval over people shown";
    const int Pictures = 3, MostBytes = 1 << 20;
    const ulong Stream = 4;

    /// <summary>Writes the page, and its key beside the evaluation's records; the same records give the same page.</summary>
    /// <param name="folder">The evaluation's.</param>
    /// <param name="to">Where the page goes.</param>
    /// <param name="settings">Of the evaluation.</param>
    /// <param name="plan">The people.</param>
    /// <param name="pictures">A person's sample pictures, by her number.</param>
    /// <param name="frames">A person's frames of those numbers.</param>
    /// <returns>How many triplets it shows.</returns>
    internal static int Write(EvaluationFolder folder, string to, EvaluationSettings settings, IReadOnlyList<IdentityPlan> plan,
        Func<int, IReadOnlyDictionary<string, byte[]>> pictures, Func<IdentityPlan, IReadOnlyList<int>, IReadOnlyList<Picture>> frames)
    {
        if (settings.HoldOut < Pictures)
            throw UserException.Usage($"--user-study: expected --holdout {Pictures} or more; two true frames stand beside a generated "
                + $"one.");
        Row[] rows = [.. Row.All(settings).Where(row => row.Method is not (Method.CopyNearest or Method.MeanFrame))];
        var (triplets, shown) = (new List<Triplet>(), new List<string[]>());
        for (var person = 0; person < plan.Count; person++)
        {
            var samples = pictures(person);
            foreach (var row in rows)
            {
                // Two true frames of other moments than the generated one shows, and its place among them.
                var random = new CounterRandom((ulong)settings.Seed, Stream, Checksum.Compute($"{row} {plan[person].Clip}"));
                int[] moments = [.. Enumerable.Range(0, settings.HoldOut).Where(frame => frame != IdentityRecord.Shown(settings.HoldOut))];
                random.Shuffle(moments);
                List<byte[]> three = [.. frames(plan[person], [.. moments.Take(2).Select(moment => plan[person].HoldOut[moment])])
                    .Select(IdentityRecord.Encode)];
                triplets.Add(new(row.Method, row.Shots, person, random.Below(Pictures)));
                three.Insert(triplets[^1].Generated, samples[row.ToString()]);
                shown.Add([.. three.Select(ReportText.DataAddress)]);
            }
        }
        var key = new StudyKey(KeyFormat, Checksum.Hex(Checksum.Compute(string.Concat(shown.SelectMany(three => three)))), triplets);
        folder.WriteJson(KeyFile, key);
        EvaluationFolder.Guarded(to, "--user-study", () =>
        {
            Directory.CreateDirectory(to);
            EvaluationFolder.WriteText(Path.Combine(to, PageFile), Page(key.Study, shown));
        });
        return triplets.Count;
    }

    /// <summary>The result with a USER figure in every row that was voted on.</summary>
    /// <param name="result">Of the evaluation.</param>
    /// <param name="folder">Where the key is.</param>
    /// <param name="files">What the page's downloads hold, from anybody.</param>
    /// <exception cref="UserException">No study was made here; a file is damaged, of another page or given twice.</exception>
    internal static EvaluationResult WithVotes(EvaluationResult result, EvaluationFolder folder, IReadOnlyList<string> files)
    {
        var key = ReadKey(folder.At(KeyFile));
        var (voters, votes) = (new Dictionary<string, string>(), new List<(Triplet Triplet, bool Found)>());
        foreach (var path in files)
        {
            var (voter, answers) = ReadAnswers(path, key);
            if (!voters.TryAdd(voter, path))
                throw new UserException($"{path}: is the vote that {voters[voter]} holds, too. Give each vote once.");
            votes.AddRange(from answer in answers
                           let triplet = key.Triplets[answer.Triplet]
                           select (triplet, triplet.Generated == answer.Choice));
        }
        var mark = $"{votes.Count} answers of {voters.Count} voter{(voters.Count == 1 ? "" : "s")} in all";
        return result with
        {
            Metrics = [.. result.Metrics, new("USER", Definition, "", 3, false, null)],
            Rows = [.. result.Rows.Select(row => row with { Figures = [.. row.Figures, Figure(row)] })],
        };

        Figure Figure(ResultRow row)
        {
            var people = votes.Where(vote => (vote.Triplet.Method, vote.Triplet.Shots) == (row.Method, row.Shots))
                .GroupBy(vote => vote.Triplet.Person).ToArray();
            double[] found = [.. people.Select(person => (double)person.Count(vote => vote.Found))];
            int[] counts = [.. people.Select(person => person.Count())];
            var interval = Bootstrap.Interval(found, counts, result.Subject.Seed);
            return people.Length == 0 ? new("USER", null)
                : new("USER", found.Sum() / counts.Sum(), interval?.Low, interval?.High, Frames: counts.Sum()) { Marks = [mark] };
        }
    }

    static string Page(string study, IReadOnlyList<string[]> triplets)
    {
        var script = ReportText.Resource("user-study.js");
        return ReportText.Resource("user-study.html")
            .Replace("SCRIPT-HASH", Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script))))
            .Replace("SCRIPT", script).Replace("STUDY", JsonSerializer.Serialize(new { study, triplets }));
    }

    static StudyKey ReadKey(string path)
    {
        if (!File.Exists(path))
            throw new UserException($"{path}: no such file: run evaluate with --user-study DIR first, and collect answers of its page.");
        try
        {
            return JsonSerializer.Deserialize<StudyKey>(File.ReadAllBytes(path), EvaluationFolder.Json) is
            { Format: KeyFormat, Study: not null, Triplets: not null } key ? key : throw new JsonException("it is of another form");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: is no key of a user study ({e.Message}). Run evaluate with --user-study DIR again.", e);
        }
    }

    static (string Voter, IReadOnlyList<(int Triplet, int Choice)> Answers) ReadAnswers(string path, StudyKey key)
    {
        try
        {
            if (new FileInfo(path).Length > MostBytes)
                throw new FormatException($"it has more than {MostBytes} bytes");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.GetProperty("format").GetString() != AnswersFormat)
                throw new FormatException("it is of another form");
            if (root.GetProperty("study").GetString() != key.Study)
                throw new FormatException($"it belongs to another page; this evaluation's {KeyFile} is of study {key.Study}");
            var answers = root.GetProperty("answers").EnumerateArray()
                .Select(answer => answer.GetArrayLength() == 2 ? (Triplet: answer[0].GetInt32(), Choice: answer[1].GetInt32())
                    : throw new FormatException("an answer is no pair")).ToArray();
            if (answers.Any(answer => answer.Triplet < 0 || answer.Triplet >= key.Triplets.Count || answer.Choice is < 0 or >= Pictures)
                || answers.DistinctBy(answer => answer.Triplet).Count() != answers.Length)
                throw new FormatException("an answer is out of range or given twice");
            return (root.GetProperty("voter").GetString() ?? "", answers);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or IOException
            or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: no answers of this evaluation's user study: {e.Message.TrimEnd('.')}. Give files that "
                + $"{PageFile} downloaded.", e);
        }
    }
}
