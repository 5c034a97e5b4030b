using System.Globalization;
using CommandLine;
using CommandLine.Text;
using Spectre.Console;
using TalkingHead.Configuration;
using TalkingHead.Networks;

namespace TalkingHead.Cli;

[Verb("inspect", HelpText = "Shows what a configuration builds (layers, parameters, multiply-adds, every setting), or what a dataset, a run or a head holds.")]
sealed class InspectVerb : IVerb
{
    [Value(0, MetaName = "CONFIG|DATASET|RUN|HEAD", Required = true, HelpText = "A configuration, such as configs/smoke.yaml, a dataset's or a run's directory, or a head.")]
    public string What { get; set; } = "";

    [Option("set", MetaValue = "KEY=VALUE", HelpText = "Change keys of the configuration, such as data.size=128.")]
    public IEnumerable<string> Changes { get; set; } = [];

    [Option("verify", HelpText = "Read a dataset or a run whole and compare every checksum; a head's is always compared.")]
    public bool Verify { get; set; }

    [Option("sheet", MetaValue = "FILE", HelpText = "Draw a picture: of a dataset, its people; of a head, a source frame beside what it makes of it.")]
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
        if (RunInspection.Looks(What))
            RunInspection.Run(What, Verify, Json);
        else if (Directory.Exists(What))
            DatasetInspection.Run(What, Verify, Sheet, Json, stop);
        else if (HeadInspection.Looks(What))
            HeadInspection.Run(What, Sheet, Json);
        else if (Verify || Sheet is not null)
            throw UserException.Usage($"{What}: --verify and --sheet are for a dataset, a run or a head.");
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
        for (int i = 0; i < names.Length; i++)
            table.AddColumn(new TableColumn(names[i]) { Alignment = i >= names.Length - 2 ? Justify.Right : Justify.Left, NoWrap = true });
        return table;
    }

    static string Whole(long number) => number == 0 ? "" : number.ToString("N0", CultureInfo.InvariantCulture);

    static string Giga(long macs) => macs == 0 ? "" : (macs / 1e9).ToString("F3", CultureInfo.InvariantCulture);

    // The figures of the JSON file.
    sealed record Report(string Configuration, long Embedder, long Generator, long V, long W0AndB, long RowOfW, IReadOnlyDictionary<string, double> Gmac, IReadOnlyList<NetworkProfile> Networks)
    {
        public Report(string configuration, IReadOnlyList<NetworkProfile> networks, int length)
            : this(configuration, networks[0].Parameters, networks[1].Parameters, networks[2].Parameters, length + 1, length, networks.ToDictionary(network => network.Name, network => network.Macs / 1e9), networks)
        {
        }
    }
}
