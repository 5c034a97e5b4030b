using CommandLine;
using CommandLine.Text;
using TalkingHead.Configuration;
using TalkingHead.Datasets;
using TalkingHead.Distributed;
using TalkingHead.Training;

namespace TalkingHead.Cli;

[Verb("train", HelpText = "Meta-trains embedder, generator and discriminator on a dataset.")]
sealed class TrainVerb : IVerb
{
    [Value(0, MetaName = "CONFIG", Required = true, HelpText = "A configuration, such as configs/synthetic-64.yaml.")]
    public string Config { get; set; } = "";

    [Option("data", Required = true, MetaValue = "DIR", HelpText = "The dataset, from synth or prepare.")]
    public string Data { get; set; } = "";

    [Option("out", Required = true, MetaValue = "RUN", HelpText = "The run's directory.")]
    public string Out { get; set; } = "";

    [Option("resume", HelpText = "Go on with the run from its newest checkpoint.")]
    public bool Resume { get; set; }

    [Option("set", MetaValue = "KEY=VALUE", HelpText = "Change keys of the configuration, such as training.steps=100.")]
    public IEnumerable<string> Set { get; set; } = [];

    [Option("device", Default = "auto", HelpText = OptionText.Device)]
    public string Device { get; set; } = "auto";

    [Option(WorkersOption.Name, Default = 0, HelpText = WorkersOption.Help)]
    public int Workers { get; set; }

    [Option(Launch.Option, Default = 600.0, MetaValue = "SECONDS", HelpText = "With several ranks: how long each waits for another before all end.")]
    public double RankTimeout { get; set; } = 600;

    [Option("dry-run", HelpText = "Print every setting as it is resolved, and stop.")]
    public bool DryRun { get; set; }

    [Usage(ApplicationAlias = "talkinghead")]
    public static IEnumerable<Example> Examples =>
    [
        new("Train on synthetic people", new TrainVerb { Config = "configs/synthetic-64.yaml", Data = "data/synthetic-64", Out = "runs/first" }),
        new("Go on after an interruption", new TrainVerb { Config = "configs/synthetic-64.yaml", Data = "data/synthetic-64", Out = "runs/first", Resume = true }),
    ];

    public void Run(CancellationToken stop)
    {
        WorkersOption.Check(Workers);
        var configuration = RunConfiguration.Load(Config, Set);
        if (DryRun)
            Train(configuration, Device, Ranks.Alone, stop);
        else
            Launch.Run(Device, RankTimeout, (device, ranks) => Train(configuration, device, ranks, stop));
    }

    void Train(RunConfiguration configuration, string place, Ranks ranks, CancellationToken stop)
    {
        using var dataset = Dataset.Open(Data);
        if (DryRun)
        {
            var (device, reason) = Devices.Choose(Device);
            Console.Write(configuration.ToYaml());
            Console.WriteLine($"# data {Data}: {dataset.Count} clips, {dataset.FrameCount} frames of {dataset.Size} pixels; out {Out}; device {device} ({reason})");
            return;
        }
        var view = TrainingView.Create();
        using var trainer = new MetaTrainer(configuration, dataset, Out, new TrainingMachine(place, Workers, Resume, ranks), view);
        trainer.Run(stop);
        if (ranks.IsFirst)
            view.Say($"done: {Out}/checkpoints, {Out}/samples, {Out}/metrics.jsonl; tensorboard --logdir {Out}");
    }
}
