using TalkingHead.Configuration;
using TalkingHead.Distributed;
using TalkingHead.Networks;
using TalkingHead.Objectives;
using TalkingHead.Speed;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Generator = TalkingHead.Networks.Generator;

namespace TalkingHead.Training;

/// <summary>
/// One step of meta-learning (paper, section 3.2): the embedder and the generator learn against a frozen
/// discriminator, then the discriminator learns on the same pictures. Every network is frozen unless a phase thaws it,
/// and nothing waits for the device.
/// </summary>
public sealed class TrainingStep : IDisposable
{
    readonly Embedder embedder;
    readonly Generator generator;
    readonly Discriminator discriminator;
    readonly VideoEmbeddings embeddings;
    readonly ContentLoss content;
    readonly ObjectiveSettings objective;
    readonly OptimizerSettings settings;
    readonly Ranks ranks;
    readonly GameSide generatorSide;
    readonly GameSide discriminatorSide;
    OptimizerSettings rowSettings; // W's

    /// <summary>A step over networks that the caller owns; with several ranks each works on its part of the batch.</summary>
    public TrainingStep(RunConfiguration configuration, Embedder embedder, Generator generator, Discriminator discriminator, VideoEmbeddings embeddings, ContentLoss content, Ranks? ranks = null)
    {
        (this.embedder, this.generator, this.discriminator, this.embeddings, this.content) = (embedder, generator, discriminator, embeddings, content);
        (objective, settings, rowSettings, this.ranks) = (configuration.Objective, configuration.Optimizer, configuration.Optimizer, ranks ?? Ranks.Alone);
        generatorSide = new GameSide("generator", [.. embedder.parameters(), .. generator.parameters()], settings.GeneratorRate, settings, this.ranks);
        discriminatorSide = new GameSide("discriminator", discriminator.parameters(), settings.DiscriminatorRate, settings, this.ranks);
    }

    /// <summary>Looks at every gradient before weights move (<see cref="GameSide.Careful"/>).</summary>
    public bool Careful
    {
        get => generatorSide.Careful;
        set => generatorSide.Careful = discriminatorSide.Careful = value;
    }

    /// <summary>What every learning rate is multiplied with from here on (<see cref="OptimizerSettings.Decay"/>).</summary>
    public double RateFactor
    {
        set
        {
            generatorSide.RateFactor = discriminatorSide.RateFactor = value;
            rowSettings = settings with { DiscriminatorRate = value * settings.DiscriminatorRate };
        }
    }

    internal Adam GeneratorOptimizer => generatorSide.Optimizer;

    internal Adam DiscriminatorOptimizer => discriminatorSide.Optimizer;

    /// <summary>
    /// Trains on one batch; in the warm-up (<paramref name="adversarial"/> false) on the content loss alone.
    /// Returns every loss by name, unweighted, a detached scalar on the device, in the caller's dispose scope; with
    /// <paramref name="measure"/> also how strongly −D(x̂) pulls at a pixel.
    /// </summary>
    /// <exception cref="NonFiniteException">A loss or a gradient is not finite.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(EpisodeBatch batch, bool adversarial = true, bool measure = false)
    {
        using var scope = NewDisposeScope();
        var losses = new OrderedDictionary<string, Tensor>();
        var rows = adversarial ? embeddings.Gather(batch.StepClips, batch.Target.device, batch.First, batch.Clips.Count) : null;
        var fake = TrainGenerator(batch, rows, losses);
        for (int step = 0; rows != null && step < settings.DiscriminatorSteps; step++)
            TrainDiscriminator(batch, rows, fake, losses);
        if (measure && rows != null)
            ranks.FromLast(losses["adversarial_gradient"] = AdversarialGradient(batch, rows, fake));
        foreach (var loss in losses.Values)
            loss.MoveToOuterDisposeScope();
        return losses;
    }

    // L = L_CNT + L_ADV + L_MCH, for E and G. Returns x̂.
    internal Tensor TrainGenerator(EpisodeBatch batch, RowBatch? rows, OrderedDictionary<string, Tensor> losses)
    {
        generatorSide.Begin();
        var fakes = new List<Tensor>();
        foreach (var part in batch.Parts(settings.Accumulation))
        {
            var embedding = embedder.call(part.Source, part.SourceLandmarks);               // (b,N)
            StepClock.Mark(StepPhase.Embedder);
            var fake = generator.call(part.TargetLandmarks, generator.Project(embedding));  // (b,3,S,S)
            StepClock.Mark(StepPhase.Generator);
            var terms = new LossTerms();
            content.AddTerms(terms, fake, part.Target);
            StepClock.Mark(StepPhase.Content);
            if (rows != null)
            {
                var w = rows.Rows().narrow(0, part.Start, part.Length); // (b,N)
                var (score, fakeMaps) = discriminator.call(fake, part.TargetLandmarks, discriminator.Person(w));
                terms.Add("adversarial", objective.Adversarial!.Value, Adversarial.Generator(score));
                terms.Add("feature_matching", objective.FeatureMatching!.Value, FeatureMatching.Loss(fakeMaps, discriminator.RealMaps(part.Target, part.TargetLandmarks)));
                terms.Add("embedding_match", objective.EmbeddingMatch!.Value, EmbeddingMatch.Loss(embedding, w));
                StepClock.Mark(StepPhase.Discriminator);
            }
            generatorSide.Accumulate(terms, part.Share, losses);
            fakes.Add(fake.detach()); // D learns from x̂ as a picture: nothing flows back into G
        }
        generatorSide.Step(losses);
        SpectralNorm.Iterate(embedder);
        SpectralNorm.Iterate(generator);
        StepClock.Mark(StepPhase.Optimizer);
        return fakes.Count == 1 ? fakes[0] : cat(fakes);
    }

    // The hinge loss, for θ, W, w0 and b.
    internal void TrainDiscriminator(EpisodeBatch batch, RowBatch rows, Tensor fake, OrderedDictionary<string, Tensor> losses)
    {
        Forget(losses); // of two steps the last is reported
        discriminatorSide.Begin();
        rows.Thaw();
        foreach (var part in batch.Parts(settings.Accumulation))
        {
            var w = rows.Rows().narrow(0, part.Start, part.Length); // (b,N)
            var (real, faked) = discriminator.Compare(part.Target, fake.narrow(0, part.Start, part.Length), part.TargetLandmarks, discriminator.Person(w));
            var terms = new LossTerms();
            terms.Add("discriminator", 1, Adversarial.Discriminator(real, faked));
            terms.Add("real_score", 0, real.mean());
            terms.Add("fake_score", 0, faked.mean());
            StepClock.Mark(StepPhase.Discriminator);
            discriminatorSide.Accumulate(terms, part.Share, losses);
        }
        discriminatorSide.Step(losses);
        ranks.AverageRows(rows.Gradient);
        rows.Adam(rowSettings);
        rows.Freeze();
        SpectralNorm.Iterate(discriminator);
        StepClock.Mark(StepPhase.Optimizer);
    }

    static void Forget(OrderedDictionary<string, Tensor> losses)
    {
        foreach (string name in new[] { "discriminator", "real_score", "fake_score" })
            losses.Remove(name);
    }

    // Mean absolute gradient of −D(x̂) with respect to a pixel of x̂, for the last of the step's episodes.
    Tensor AdversarialGradient(EpisodeBatch batch, RowBatch rows, Tensor fake)
    {
        long last = batch.Clips.Count - 1;
        var picture = fake.narrow(0, last, 1).detach().requires_grad_();
        var (score, _) = discriminator.call(picture, batch.TargetLandmarks.narrow(0, last, 1), discriminator.Person(rows.Rows().narrow(0, last, 1)));
        return autograd.grad([score.sum()], [picture])[0].abs().mean();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        generatorSide.Dispose();
        discriminatorSide.Dispose();
    }
}
