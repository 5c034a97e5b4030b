using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Libtorch;
using TalkingHead.Losses;
using TalkingHead.Models;
using TalkingHead.Tests;
using TalkingHead.Tests.Training;
using TalkingHead.Training;
using static TorchSharp.torch;

namespace TalkingHead.EndToEndTests.Training;

public class OverfitTests
{
    [Fact]
    public void TwentyStepsOnOneEpisodeHalveTheDifferenceInTheSmokeConfiguration()
    {
        using var scope = NewDisposeScope();
        var configuration = RunConfiguration.Load(Repository.At("configs/smoke.yaml"));
        using var networks = new NetworkSet(configuration);
        using var embeddings = new EmbeddingTable(configuration);
        using var content = ContentLoss.Create(configuration.Objective);
        using var step = new TrainingStep(configuration, networks.Embedder, networks.Generator, networks.Discriminator,
            embeddings, content);
        using var batch = Episode(configuration.Data.Size, configuration.Episodes.Shots);

        var before = Difference(networks, batch);
        for (var i = 0; i < configuration.Training.Steps; i++)
            step.Run(batch, adversarial: i >= configuration.Training.WarmUp * configuration.Training.Steps);
        var after = Difference(networks, batch);
        Assert.True(after < before / 2, $"mean |x - x̂| went from {before:f3} to {after:f3}.");
    }

    static double Difference(NetworkSet networks, EpisodeBatch batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var psi = networks.Generator.Project(networks.Embedder.call(batch.Source, batch.SourceLandmarks));
        return (networks.Generator.call(batch.TargetLandmarks, psi) - batch.Target).abs().mean().item<float>();
    }

    // A light disc on a dark ground, somewhere else in each frame; its landmark image is its rim.
    static EpisodeBatch Episode(int size, int shots)
    {
        var places = linspace(-1, 1, size);
        Tensor Radius(double x, double y) => places.Sub(x).Pow(2).unsqueeze(0).Add(places.Sub(y).Pow(2).unsqueeze(1)).sqrt();
        Tensor Frame(double x, double y) => where(Radius(x, y).Lt(0.5), 0.8f, -0.6f).to(ScalarType.Float32).expand(3, size,
            size) * tensor(new[] { 1f, 0.7f, 0.4f }).view(3, 1, 1);
        Tensor Rim(double x, double y) => where(Radius(x, y).Sub(0.5).abs().Lt(0.08), 1f, -1f).to(ScalarType.Float32).expand(3, size, size);
        var sources = Enumerable.Range(0, shots).Select(k => 0.2 * k - 0.1).ToList();
        return new EpisodeBatch(
            stack(sources.Select(x => Frame(x, -x))).unsqueeze(0), stack(sources.Select(x => Rim(x, -x))).unsqueeze(0),
            Frame(0.2, 0.1).unsqueeze(0), Rim(0.2, 0.1).unsqueeze(0), ["disc"]);
    }
}
