using TalkingHead.Configuration;

namespace TalkingHead.Tests.Configuration;

public class ConfigurationTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Repository.At("configs"),
        "*.yaml").Select(path => Path.GetFileName(path))];

    static string ErrorOf(string yaml, params string[] changes) =>
        Assert.Throws<UserException>(() => RunConfiguration.Parse(yaml, "a.yaml", changes)).Message;

    [Theory, MemberData(nameof(Files))]
    public void EveryReadyMadeConfigurationLoadsAndReadsBackEqual(string file)
    {
        var configuration = RunConfiguration.Load(Repository.At($"configs/{file}"));
        Assert.Equal(configuration, RunConfiguration.Parse(configuration.ToYaml(), "resolved"));
        Assert.All(configuration.ToYaml().Split('\n').Where(line => line.StartsWith(' ')), line => Assert.Contains(" # ", line));
    }

    [Fact]
    public void TheDefaultsAreThePapers()
    {
        var paper = RunConfiguration.Parse("", "empty");
        Assert.Equal(paper with { Training = new() }, RunConfiguration.Load(Repository.At("configs/paper-voxceleb2-256.yaml"))
            with
        { Training = new() });
        Assert.Equal((256, 64, 512, 512, 8), (paper.Data.Size, paper.Network.BaseChannels, paper.Network.MaxChannels,
            paper.Network.Embedding, paper.Episodes.Shots));
        Assert.Equal((0.15, 0.025, 10.0, 10.0), (paper.Objective.Vgg19, paper.Objective.VggFace, paper.Objective.FeatureMatching,
            paper.Objective.EmbeddingMatch));
        Assert.Equal((5e-5, 2e-4, 2), (paper.Optimizer.GeneratorRate, paper.Optimizer.DiscriminatorRate,
            paper.Optimizer.DiscriminatorSteps));
    }

    [Fact]
    public void TheFirstVersionOfThePaperHasItsOwnWeights()
    {
        var objective = RunConfiguration.Parse("objective: {weights: v1, vgg_face: 0.5}", "a.yaml").Objective;
        Assert.Equal((1e-2, 0.5, 80.0), (objective.Vgg19, objective.VggFace, objective.EmbeddingMatch));
    }

    [Fact]
    public void AChangeIsTypedAndChecked()
    {
        Assert.Equal(4, RunConfiguration.Parse("episodes: {shots: 2}", "a.yaml", ["episodes.shots=4"]).Episodes.Shots);
        Assert.Equal("--set episodes.shots=many: episodes.shots is \"many\"; expected a whole number from 1 to 64.",
            ErrorOf("", "episodes.shots=many"));
        Assert.Equal("--set shots: expected section.key=value, for example --set episodes.shots=4.", ErrorOf("", "shots"));
        Assert.Equal("--set training.stepz=4: unknown key \"stepz\" under \"training\". Did you mean \"steps\"?",
            ErrorOf("", "training.stepz=4"));
    }

    [Fact]
    public void AKeyOfBeforeIsReadFromFilesAndNamedAnewOnTheCommandLine()
    {
        Assert.Equal(0.002, RunConfiguration.Parse("optimizer: {orthogonal_rate: 0.002}", "config.yaml").Optimizer.MuonRate);
        Assert.Equal(
            "--set optimizer.orthogonal_rate=1: optimizer.orthogonal_rate is called optimizer.muon_rate now: write that.",
            ErrorOf("", "optimizer.orthogonal_rate=1"));
    }

    [Theory]
    [InlineData("episodes: {shotz: 4}", "a.yaml: unknown key \"shotz\" under \"episodes\". Did you mean \"shots\"?")]
    [InlineData("training: {shots: 4}", "a.yaml: unknown key \"shots\" under \"training\". Did you mean \"episodes.shots\"?")]
    [InlineData("episode: {shots: 4}", "a.yaml: unknown section \"episode\". Did you mean \"episodes\"?")]
    [InlineData("data: {size: 100}", "a.yaml:1: data.size is \"100\"; expected a power of two from 32 to 1024.")]
    [InlineData("data: {size: 2.5}", "a.yaml:1: data.size is \"2.5\"; expected a power of two from 32 to 1024.")]
    [InlineData("training: {warm_up: 1.5}", "a.yaml:1: training.warm_up is \"1.5\"; expected a number from 0 to 1.")]
    [InlineData("optimizer: {clip_norm: -1}", "a.yaml:1: optimizer.clip_norm is \"-1\"; expected a number of at least 0.")]
    [InlineData("landmarks: {inner_lips: yes}", "a.yaml:1: landmarks.inner_lips is \"yes\"; expected true or false.")]
    [InlineData("objective: {content: vgg16}", "a.yaml:1: objective.content is \"vgg16\"; expected one of vgg, pyramid, random-vgg, "
        + "resnet18.")]
    [InlineData("data: {size: [64]}", "a.yaml:1: expected one value for data.size.")]
    [InlineData("data: 64", "a.yaml:1: expected keys and values under \"data\".")]
    [InlineData("network: {canvas_side: 24}", "a.yaml: network.canvas_side is 24; expected 0, or a power of two above "
        + "network.bottleneck_side, 16, and not above data.size, 256.")]
    [InlineData("objective: {eye_weight: 1}\nlandmarks: {style: vt}",
        "a.yaml: objective.eye_weight and mouth_weight find eyes and mouth in landmark images of landmarks.style paper only.")]
    [InlineData("network: {reference_side: 64}\nlandmarks: {style: vt}",
        "a.yaml: network.reference_side is 64; it needs landmarks.style paper and network.layout paper, found vt and paper.")]
    [InlineData("network: {reference_side: 129}\ndata: {size: 64}",
        "a.yaml: network.reference_side is 129; expected at most twice data.size, 128.")]
    [InlineData("episodes: {hide_references_every: 1}",
        "a.yaml: episodes.hide_references_every is 1: references would never show; expected 0, or at least 2.")]
    [InlineData("network: {encoder_side: 64}\ndata: {size: 64}", "a.yaml: network.encoder_side is 64; expected less than data.size, 64.")]
    public void AMistakeIsOneSentence(string yaml, string expected) => Assert.Equal(expected, ErrorOf(yaml));

    [Fact]
    public void AllMistakesAreReportedAtOnce()
    {
        var lines = ErrorOf("data: {size: 100, sise: 3}\nepisodes: {shots: 0}", "training.batch=x").Split(Environment.NewLine);
        Assert.Equal(4, lines.Length);
    }

    [Fact]
    public void TextThatIsNotYamlIsRefusedWithItsLine() => Assert.StartsWith("a.yaml:2: not YAML", ErrorOf("data:\n  size: ]\n"));

    [Fact]
    public void AMissingFileIsAMistakeOfUsage()
    {
        var error = Assert.Throws<UserException>(() => RunConfiguration.Load("nowhere.yaml"));
        Assert.Equal(2, error.ExitCode);
        Assert.StartsWith("nowhere.yaml: the configuration cannot be read", error.Message);
    }
}
