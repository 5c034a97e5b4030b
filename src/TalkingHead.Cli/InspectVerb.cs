using System.Globalization;
using System.Text.Json;
using CommandLine;
using CommandLine.Text;
using Spectre.Console;
using TalkingHead.Animation;
using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Media;
using TalkingHead.Models;
using TalkingHead.Onnx;
using TalkingHead.Provenance;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.Cli;

[Verb("inspect",
    HelpText = "Shows what a configuration builds (layers, parameters, multiply-adds, settings), or what a dataset, a run, a model, a head "
    + "or an ONNX file holds.")]
sealed class InspectVerb : IVerb
{
    [Value(0, MetaName = "CONFIG|DATASET|RUN|HEAD", Required = true,
        HelpText = "A configuration, such as configs/smoke.yaml, a dataset's or a run's directory, a model of export, a head, "
            + "or an ONNX file.")]
    public string What { get; set; } = "";

    [Option("set", MetaValue = "KEY=VALUE", HelpText = "Change keys of the configuration, such as data.size=128.")]
    public IEnumerable<string> Changes { get; set; } = [];

    [Option("verify", HelpText = "Read a dataset or a run whole and compare every checksum; a head's is always compared.")]
    public bool Verify { get; set; }

    [Option("sheet", MetaValue = "FILE", HelpText = "Draw a picture: of a dataset, its people; of a head, a source frame beside what it "
        + "makes of it.")]
    public string? Sheet { get; set; }

    [Option("json", MetaValue = "FILE", HelpText = OptionText.Json)]
    public string? Json { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Count the paper's networks", new InspectVerb { What = "configs/paper-voxceleb2-256.yaml", Json = "networks.json" }),
        new("Say who a head is and what it was made of", new InspectVerb { What = "person.head" }),
        new("Look at a dataset and check it", new InspectVerb { What = "data/people", Verify = true, Sheet = "people.png" }),
    ];

    public void Run(CancellationToken stop)
    {
        if (!File.Exists(What) && !Directory.Exists(What))
            throw new UserException($"{What}: no such file or folder; expected a configuration, a dataset, a run, a model or a head. The "
                + $"ready-made configurations are in configs/.");
        OutputFiles.Check([What], [OutputFiles.Media("sheet", Sheet), OutputFiles.AnyJson("json", Json,
            ["configuration", "embedder"], ["size", "train"], ["head", "id"], ["run", "size"], ["model", "run"], ["inputs", "opset"])]);
        if (RunInspection.Looks(What))
            RunInspection.Run(What, Verify, Json);
        else if (Directory.Exists(What))
            DatasetInspection.Run(What, Verify, Sheet, Json, stop);
        else if (OnnxFile.Looks(What))
            OnnxInspection.Run(What, Sheet, Json);
        else if (HeadInspection.Looks(What) && !ModelFile.Looks(What))
            HeadInspection.Run(What, Sheet, Json);
        else if (Verify || Sheet is not null)
            throw UserException.Usage($"{What}: --verify and --sheet are for a dataset, a run or a head.");
        else if (HeadInspection.Looks(What))
            ModelInspection.Run(What, Json);
        else
            Networks();
    }

    void Networks()
    {
        var configuration = RunConfiguration.Load(What, Changes);
        var profiles = NetworkSet.Profile(configuration);
        Console.Out.WriteLine(configuration.ToYaml()); // as it is: AnsiConsole would break long lines
        foreach (var profile in profiles)
            AnsiConsole.Write(Layers(profile));
        AnsiConsole.Write(Totals(profiles, configuration.Network.Embedding));
        if (Json != null)
            JsonFile.Write(Json, new Report(What, profiles, configuration.Network.Embedding));
    }

    static Table Layers(NetworkProfile profile)
    {
        var table = Columns("layer", "kind", "output", "parameters", "GMAC").Title(profile.Name);
        foreach (var layer in profile.Layers)
            table.AddRow(layer.Path, layer.Kind, string.Join(" x ", layer.Output), Whole(layer.Parameters), Giga(layer.Macs));
        return table;
    }

    static Table Totals(IReadOnlyList<NetworkProfile> profiles, int length)
    {
        var table = Columns("network", "for", "", "parameters", "GMAC").Title("all");
        foreach (var profile in profiles)
            table.AddRow(profile.Name, "one picture", "", Whole(profile.Parameters), Giga(profile.Macs));
        return table.AddRow("w0, b", "", "", Whole(length + 1), "").AddRow("W", "one clip", "", Whole(length), "");
    }

    static Table Columns(params string[] names)
    {
        var table = new Table { Border = TableBorder.Simple };
        for (var i = 0; i < names.Length; i++)
            table.AddColumn(new TableColumn(names[i]) { Alignment = i >= names.Length - 2 ? Justify.Right : Justify.Left, NoWrap = true });
        return table;
    }

    static string Whole(long number) => number == 0 ? "" : number.ToString("N0", CultureInfo.InvariantCulture);

    static string Giga(long macs) => macs == 0 ? "" : (macs / 1e9).ToString("F3", CultureInfo.InvariantCulture);

    // The figures of the JSON file.
    sealed record Report(string Configuration, long Embedder, long Generator, long V, long W0AndB, long RowOfW,
        IReadOnlyDictionary<string, double> Gmac, IReadOnlyList<NetworkProfile> Networks)
    {
        public Report(string configuration, IReadOnlyList<NetworkProfile> networks, int length)
            : this(configuration, networks[0].Parameters, networks[1].Parameters, networks[2].Parameters, length + 1, length,
                networks.ToDictionary(network => network.Name, network => network.Macs / 1e9), networks)
        {
        }
    }
}

/// <summary>What <c>inspect DATASET</c> shows.</summary>
static class DatasetInspection
{
    internal static void Run(string folder, bool verify, string? sheet, string? json, CancellationToken stop)
    {
        using var dataset = Dataset.Open(folder);
        if (sheet is not null)
            PictureFile.ExpectWritable(sheet);
        var figures = Figures.From(dataset);
        Print(figures, dataset.Recipe);
        if (sheet is not null)
        {
            DatasetSheet.Draw(dataset).Save(sheet, OutputFiles.Comment);
            Console.WriteLine($"{sheet}: contact sheet");
        }

        if (verify)
            figures = figures with { Damages = Verify(dataset, stop) };
        if (json is not null)
            JsonFile.Write(json, figures);
        if (figures.Damages is { Count: > 0 } damages)
            throw new UserException($"{folder}: {damages.Count} of {dataset.Count} clips or files are damaged.");
    }

    static List<string> Verify(Dataset dataset, CancellationToken stop)
    {
        var damages = new List<string>();
        Progress.Run("verify", dataset.Count, "clips", bar =>
        {
            foreach (var damage in Verification.Damages(dataset, _ => bar.Step(), stop))
            {
                damages.Add(damage);
                bar.Say(damage);
            }
        });
        if (damages.Count == 0)
            Console.WriteLine($"every checksum of {dataset.Count} clips is right");
        return damages;
    }

    static void Print(Figures figures, string recipe)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("", "train", "test", "all");
        Row("clips", figures.Train.Clips, figures.Test.Clips);
        Row("identities", figures.Train.Identities, figures.Test.Identities);
        Row("frames", figures.Train.Frames, figures.Test.Frames);
        table.AddRow("frames a clip", Range(figures.Train), Range(figures.Test), "");
        foreach (var column in table.Columns.Skip(1))
            column.RightAligned();
        AnsiConsole.Write(table);
        Console.WriteLine(
            $"frames of {figures.Size}x{figures.Size}, {figures.Bytes / 1e6:N1} MB in {figures.Shards} shards of {figures.Parts} parts");
        Console.WriteLine($"made by {recipe}");
        Console.WriteLine(figures.Refusals.Count == 0 ? "nothing was refused"
            : "refused: " + string.Join(", ", figures.Refusals.Select(refusal => $"{refusal.Value} {refusal.Key}")));

        void Row(string name, long train, long test) => table.AddRow(name, Text(train), Text(test), Text(train + test));

        static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

        static string Range(Side side) => side.Clips == 0 ? "" : $"{side.LeastFrames} to {side.MostFrames}";
    }

    /// <summary>The figures of one side.</summary>
    sealed record Side(int Clips, int Identities, long Frames, int LeastFrames, int MostFrames)
    {
        internal static Side From(Dataset dataset, Split split)
        {
            var identities = new HashSet<string>(StringComparer.Ordinal);
            int clips = 0, least = int.MaxValue, most = 0;
            var frames = 0L;
            for (var clip = 0; clip < dataset.Count; clip++)
            {
                if (dataset.SplitOf(clip) != split)
                    continue;
                var count = dataset.FrameCountOf(clip);
                clips++;
                frames += count;
                (least, most) = (Math.Min(least, count), Math.Max(most, count));
                identities.Add(dataset[clip].Identity);
            }

            return new(clips, identities.Count, frames, clips == 0 ? 0 : least, most);
        }
    }

    /// <summary>What the JSON file holds; damages are null where they were not looked for.</summary>
    sealed record Figures(int Size, Side Train, Side Test, int Parts, int Shards, long Bytes, IReadOnlyDictionary<string, int> Refusals,
        IReadOnlyList<string>? Damages)
    {
        internal static Figures From(Dataset dataset) => new(
            dataset.Size, Side.From(dataset, Split.Train), Side.From(dataset, Split.Test), dataset.PartCount, dataset.ShardCount,
            dataset.ShardBytes,
            Ledger.Read(dataset).GroupBy(refusal => refusal.Kind,
                StringComparer.Ordinal).OrderByDescending(kind => kind.Count()).ThenBy(kind => kind.Key, StringComparer.Ordinal)
                .ToDictionary(kind => kind.Key, kind => kind.Count(), StringComparer.Ordinal), null);
    }
}

/// <summary>What <c>inspect HEAD</c> shows.</summary>
static class HeadInspection
{
    /// <summary>True where a file begins as a safetensors file does: a length, then JSON.</summary>
    internal static bool Looks(string path)
    {
        if (!File.Exists(path))
            return false;
        using var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == (byte)'{';
    }

    internal static void Run(string path, string? sheet, string? json)
    {
        if (sheet is not null)
            PictureFile.ExpectPng(sheet);
        using var head = Head.Load(path, CPU); // checks the checksum
        var origin = head.Origin;
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = false }.AddColumns("", "");
        Row("id", head.Id);
        Row("person", $"{origin.Shots} frames of {origin.Source.Name}");
        Row("made", origin.Epochs is { } epochs ? $"fine-tuned, epoch {origin.KeptEpoch} of {epochs}, seed {origin.Seed}" : "feed-forward");
        Row("run", $"{origin.Run}, step {origin.Step}");
        Row("program", $"talkinghead {origin.Program}");
        Row("pictures", $"{head.Size}x{head.Size}");
        Row("numbers", head.IsOnnxFile
            ? $"{Whole(head.Parameters)}, with the person's psi"
            : $"{Whole(head.Parameters)} in the generator, {Whole(head.StyleLength)} in the person's psi"
                + (head.References > 0 ? $", {Whole(head.References)} references" : ""));
        Row("file", $"{new FileInfo(path).Length / 1e6:N1} MB, its checksum is right");
        AnsiConsole.Write(table);
        Console.WriteLine(head.Configuration.ToYaml());
        if (sheet is not null)
        {
            var drawn = ContactSheet.Draw([[head.Portrait, .. head.Generate([head.MeanShape])]], ["a source frame", "the mean shape"]);
            ContentCredentials.Open().Save(drawn, sheet, SyntheticMark.For($"head {head.Id}", isComposite: true));
            Console.WriteLine($"{sheet}: a source frame, and what the head makes of its mean shape");
        }

        if (json is not null)
            JsonFile.Write(json, new Report(path, head.Id, head.Size, head.Parameters, head.IsOnnxFile ? null : head.StyleLength,
                head.IsOnnxFile ? null : head.References, origin));

        void Row(string name, string value) => table.AddRow(name, Markup.Escape(value));

        static string Whole(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }

    // The figures of the JSON file.
    sealed record Report(string Head, string Id, int Size, long Parameters, int? StyleLength, int? References, HeadOrigin Origin);
}

/// <summary>What <c>inspect RUN</c> shows: its checkpoints and its last figures.</summary>
static class RunInspection
{
    internal static bool Looks(string path) => File.Exists(Path.Combine(path, "config.yaml"))
        && Directory.Exists(Path.Combine(path, "checkpoints"));

    internal static void Run(string path, bool verify, string? json)
    {
        var configuration = RunConfiguration.Load(Path.Combine(path, "config.yaml"));
        var folder = Path.Combine(path, "checkpoints");
        var found = Checkpoint.Steps(folder).Select(step => Describe(Checkpoint.Folder(folder, step), step, verify)).ToList();
        var table = new Table { Border = TableBorder.Simple }.AddColumns("checkpoint", "validation SSIM", "MB", "state");
        foreach (var column in table.Columns.Skip(1).Take(2))
            column.RightAligned();
        foreach (var each in found)
            table.AddRow($"step {each.Step}", each.Score?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "",
                (each.Bytes / 1e6).ToString("N1", CultureInfo.InvariantCulture), Markup.Escape(each.Damage ?? (verify ? "whole" : "")));
        AnsiConsole.Write(table);

        var figures = LastFigures(Path.Combine(path, "metrics.jsonl"));
        foreach (var (kind, line) in figures)
            Console.WriteLine($"last {kind}: {string.Join(", ",
                line.Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Key} {figure.Value:0.####}")))}");
        Console.WriteLine(
            $"{(found.Count == 0 ? 0 : found[^1].Step)} of {configuration.Training.Steps} steps, "
                + $"{configuration.Data.Size}x{configuration.Data.Size}");
        Console.WriteLine(configuration.ToYaml());
        if (json is not null)
            JsonFile.Write(json, new Report(path, configuration.Data.Size, configuration.Training.Steps, found, figures));
        if (found.Exists(each => each.Damage is not null))
            throw new UserException($"{path}: {found.Count(each => each.Damage is not null)} of {found.Count} checkpoints are damaged.");
    }

    static Found Describe(string folder, int step, bool verify)
    {
        var bytes = Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length);
        try
        {
            return new(step, verify ? Checkpoint.Read(folder).Score : Checkpoint.Peek(folder), bytes, null);
        }
        catch (Exception e) when (e is UserException or IOException or JsonException)
        {
            return new(step, null, bytes, e.Message);
        }
    }

    // The last line of each kind that has figures.
    static Dictionary<string, Dictionary<string, double>> LastFigures(string metrics)
    {
        var last = new Dictionary<string, Dictionary<string, double>>(StringComparer.Ordinal);
        if (!File.Exists(metrics))
            return last;
        foreach (var line in File.ReadLines(metrics))
        {
            try
            {
                using var entry = JsonDocument.Parse(line);
                var numbers = entry.RootElement.EnumerateObject().Where(figure => figure.Value.ValueKind == JsonValueKind.Number)
                    .ToDictionary(figure => figure.Name, figure => figure.Value.GetDouble());
                if (numbers.Count > 1 && entry.RootElement.TryGetProperty("kind", out var kind) && kind.GetString() is { } name)
                    last[name] = numbers;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // The last line is still being written.
            }
        }

        return last;
    }

    // What the JSON file holds.
    sealed record Found(int Step, double? Score, long Bytes, string? Damage);

    sealed record Report(string Run, int Size, int Steps, IReadOnlyList<Found> Checkpoints,
        IReadOnlyDictionary<string, Dictionary<string, double>> Last);
}
