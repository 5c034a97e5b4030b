using TalkingHead.Configuration;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TalkingHead.Benchmarks.PlainTwin;

/// <summary>The episodes of a step.</summary>
/// <param name="Source">(B,K,3,S,S).</param>
/// <param name="SourceLandmarks">(B,K,3,S,S).</param>
/// <param name="Target">(B,3,S,S).</param>
/// <param name="TargetLandmarks">(B,3,S,S).</param>
/// <param name="Rows">(B), of W.</param>
sealed record Batch(Tensor Source, Tensor SourceLandmarks, Tensor Target, Tensor TargetLandmarks, Tensor Rows);

/// <summary>One training step: the embedder and generator phase, then the discriminator phases.</summary>
sealed class Step
{
    readonly Embedder embedder;
    readonly Generator generator;
    readonly Discriminator discriminator;
    readonly VideoRows rows;
    readonly Content content;
    readonly ObjectiveSettings objective;
    readonly OptimizerSettings settings;
    readonly Adam generatorAdam, discriminatorAdam;
    readonly Muon? muon;

    public Step(RunConfiguration configuration, Embedder embedder, Generator generator, Discriminator discriminator, VideoRows rows,
        Content content)
    {
        (this.embedder, this.generator, this.discriminator, this.rows, this.content) = (embedder, generator, discriminator, rows, content);
        (objective, settings) = (configuration.Objective, configuration.Optimizer);
        Parameter[] trained = [.. embedder.parameters(), .. generator.parameters()];
        bool ByMuon(Parameter parameter) => settings.MuonRate > 0 && parameter.ndim > 1;
        generatorAdam = Adam([.. trained.Where(parameter => !ByMuon(parameter))], settings.GeneratorRate);
        if (settings.MuonRate > 0)
            muon = new Muon([.. trained.Where(ByMuon)], settings.MuonRate, settings.MuonMomentum);
        discriminatorAdam = Adam(discriminator.parameters(), settings.DiscriminatorRate);
        Thaw();
    }

    /// <summary>The whole step; every loss by name.</summary>
    public Dictionary<string, Tensor> Full(Batch batch)
    {
        var w = new RowBatch(rows, batch.Rows);
        var (fake, losses) = GeneratorPhase(batch, w);
        for (var n = 0; n < settings.DiscriminatorSteps; n++)
            foreach (var (name, loss) in DiscriminatorPhase(batch, fake, w))
                losses[name] = loss;
        return losses;
    }

    /// <summary>The content loss alone.</summary>
    public Dictionary<string, Tensor> WarmUp(Batch batch)
    {
        using var scope = NewDisposeScope();
        Thaw(embedder, generator);
        var losses = new Dictionary<string, Tensor>();
        var fake = generator.call(batch.TargetLandmarks, generator.Project(embedder.call(batch.Source, batch.SourceLandmarks)));
        var loss = losses["generator"] = content.Of(fake, batch.Target, losses);
        MoveGenerator(loss);
        return Kept(losses);
    }

    (Tensor Fake, Dictionary<string, Tensor> Losses) GeneratorPhase(Batch batch, RowBatch rows)
    {
        using var scope = NewDisposeScope();
        Thaw(embedder, generator);
        rows.Trains = false;
        var e = embedder.call(batch.Source, batch.SourceLandmarks);
        var fake = generator.call(batch.TargetLandmarks, generator.Project(e));
        var w = rows.Normal();
        var (score, fakeMaps) = discriminator.call(fake, batch.TargetLandmarks, w);
        List<Tensor> realMaps;
        using (no_grad())
            (_, realMaps) = discriminator.Trunk.call(batch.Target, batch.TargetLandmarks);
        var losses = new Dictionary<string, Tensor>();
        var total = losses["generator"] = content.Of(fake, batch.Target, losses)
            + objective.Adversarial!.Value * (losses["adversarial"] = Objectives.AdversarialGenerator(score))
            + objective.FeatureMatching!.Value * (losses["feature_matching"] = Objectives.Features(fakeMaps, realMaps))
            + objective.EmbeddingMatch!.Value * (losses["embedding_match"] = functional.l1_loss(e, w));
        MoveGenerator(total);
        SpectralLayer.Iterate(embedder);
        SpectralLayer.Iterate(generator);
        return (fake.detach().MoveToOuterDisposeScope(), Kept(losses));
    }

    Dictionary<string, Tensor> DiscriminatorPhase(Batch batch, Tensor fake, RowBatch rows)
    {
        using var scope = NewDisposeScope();
        Thaw(discriminator);
        rows.Trains = true;
        var w = rows.Normal();
        // Real and fake in one batch: one pass over the weights.
        var (scores, _) = discriminator.call(cat([batch.Target, fake]), cat([batch.TargetLandmarks, batch.TargetLandmarks]), cat([w, w]));
        var parts = scores.chunk(2);
        var (real, made) = (parts[0], parts[1]);
        var loss = Objectives.AdversarialDiscriminator(real, made);
        discriminatorAdam.zero_grad();
        loss.backward();
        discriminatorAdam.step();
        rows.Adam(settings);
        SpectralLayer.Iterate(discriminator);
        return Kept(new() { ["discriminator"] = loss, ["real_score"] = real.mean(), ["fake_score"] = made.mean() });
    }

    // Out of the phase's dispose scope, without their graph.
    static Dictionary<string, Tensor> Kept(Dictionary<string, Tensor> losses) =>
        losses.ToDictionary(loss => loss.Key, loss => loss.Value.detach().MoveToOuterDisposeScope());

    // Of the embedder and the generator.
    void MoveGenerator(Tensor loss)
    {
        generatorAdam.zero_grad();
        muon?.ZeroGrad();
        loss.backward();
        generatorAdam.step();
        muon?.Step();
    }

    // The networks that learn; the others are frozen.
    void Thaw(params Module[] learning)
    {
        foreach (var network in new Module[] { embedder, generator, discriminator })
            foreach (var parameter in network.parameters())
                parameter.requires_grad_(learning.Contains(network));
    }

    Adam Adam(IEnumerable<Parameter> parameters, double rate) =>
        optim.Adam(parameters, rate, settings.Beta1, settings.Beta2, settings.Epsilon);
}
