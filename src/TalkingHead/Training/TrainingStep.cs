using TalkingHead.Configuration;
using TalkingHead.Networks;
using TalkingHead.Objectives;
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
    readonly GameSide generatorSide;
    readonly GameSide discriminatorSide;

    /// <summary>A step over networks that the caller owns.</summary>
    public TrainingStep(RunConfiguration configuration, Embedder embedder, Generator generator, Discriminator discriminator, VideoEmbeddings embeddings, ContentLoss content)
    {
        (this.embedder, this.generator, this.discriminator, this.embeddings, this.content) = (embedder, generator, discriminator, embeddings, content);
        (objective, settings) = (configuration.Objective, configuration.Optimizer);
        generatorSide = new GameSide([.. embedder.parameters(), .. generator.parameters()], settings.GeneratorRate, settings);
        discriminatorSide = new GameSide(discriminator.parameters(), settings.DiscriminatorRate, settings);
    }

    /// <summary>
    /// Trains on one batch; in the warm-up (<paramref name="adversarial"/> false) on the content loss alone.
    /// Returns every loss by name, unweighted, a detached scalar on the device, in the caller's dispose scope.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Run(EpisodeBatch batch, bool adversarial = true)
    {
        using var scope = NewDisposeScope();
        var losses = new OrderedDictionary<string, Tensor>();
        var rows = adversarial ? embeddings.Gather(batch.Clips, batch.Target.device) : null;
        var fake = TrainGenerator(batch, rows, losses);
        for (int step = 0; rows != null && step < settings.DiscriminatorSteps; step++)
            TrainDiscriminator(batch, rows, fake, losses);
        foreach (var loss in losses.Values)
            loss.MoveToOuterDisposeScope();
        return losses;
    }

    // L = L_CNT + L_ADV + L_MCH, for E and G. Returns x̂.
    internal Tensor TrainGenerator(EpisodeBatch batch, RowBatch? rows, OrderedDictionary<string, Tensor> losses)
    {
        generatorSide.Thaw();
        var embedding = embedder.call(batch.Source, batch.SourceLandmarks);              // (B,N)
        var fake = generator.call(batch.TargetLandmarks, generator.Project(embedding));  // (B,3,S,S)
        var terms = new LossTerms();
        content.AddTerms(terms, fake, batch.Target);
        if (rows != null)
        {
            var w = rows.Rows(); // (B,N)
            var (score, fakeMaps) = discriminator.call(fake, batch.TargetLandmarks, discriminator.Person(w));
            terms.Add("adversarial", objective.Adversarial!.Value, Adversarial.Generator(score));
            terms.Add("feature_matching", objective.FeatureMatching!.Value, FeatureMatching.Loss(fakeMaps, discriminator.RealMaps(batch.Target, batch.TargetLandmarks)));
            terms.Add("embedding_match", objective.EmbeddingMatch!.Value, EmbeddingMatch.Loss(embedding, w));
        }
        losses["generator"] = generatorSide.Learn(terms);
        terms.CopyTo(losses);
        SpectralNorm.Iterate(embedder);
        SpectralNorm.Iterate(generator);
        generatorSide.Freeze();
        return fake.detach(); // D learns from x̂ as a picture: nothing flows back into G
    }

    // The hinge loss, for θ, W, w0 and b.
    internal void TrainDiscriminator(EpisodeBatch batch, RowBatch rows, Tensor fake, OrderedDictionary<string, Tensor> losses)
    {
        discriminatorSide.Thaw();
        rows.Thaw();
        var (real, faked) = discriminator.Compare(batch.Target, fake, batch.TargetLandmarks, discriminator.Person(rows.Rows()));
        var terms = new LossTerms();
        terms.Add("hinge", 1, Adversarial.Discriminator(real, faked));
        losses["discriminator"] = discriminatorSide.Learn(terms);
        rows.Adam(settings);
        SpectralNorm.Iterate(discriminator);
        rows.Freeze();
        discriminatorSide.Freeze();
        losses["real_score"] = real.detach().mean();
        losses["fake_score"] = faked.detach().mean();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        generatorSide.Dispose();
        discriminatorSide.Dispose();
    }
}
