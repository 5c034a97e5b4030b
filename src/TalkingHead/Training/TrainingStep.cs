using TalkingHead.Configuration;
using TalkingHead.Data;
using TalkingHead.Distributed;
using TalkingHead.Losses;
using TalkingHead.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Generator = TalkingHead.Models.Generator;

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
    readonly EmbeddingTable embeddings;
    readonly ContentLoss content;
    readonly ObjectiveSettings objective;
    readonly OptimizerSettings settings;
    readonly Ranks ranks;
    readonly PlayerOptimizer generatorOptimizer;
    readonly PlayerOptimizer discriminatorOptimizer;
    readonly ParallelParts? parallel;
    OptimizerSettings rowSettings; // W's

    /// <summary>A step over networks that the caller owns; with several ranks each works on its part of the batch.</summary>
    public TrainingStep(RunConfiguration configuration, Embedder embedder, Generator generator, Discriminator discriminator,
        EmbeddingTable embeddings, ContentLoss content, Ranks? ranks = null)
    {
        (this.embedder, this.generator, this.discriminator, this.embeddings, this.content) = (embedder, generator, discriminator,
            embeddings, content);
        (objective, settings, rowSettings, this.ranks) = (configuration.Objective, configuration.Optimizer, configuration.Optimizer,
            ranks ?? Ranks.Alone);
        if (this.ranks.Count == 1) // ranks have shared the processors already
            parallel = ParallelParts.For(configuration, embedder.parameters().First().device_type);
        generatorOptimizer = new PlayerOptimizer("generator", [.. embedder.parameters(), .. generator.parameters()], settings.GeneratorRate,
            settings, settings.MuonRate, this.ranks, parallel);
        discriminatorOptimizer = new PlayerOptimizer("discriminator", discriminator.parameters(), settings.DiscriminatorRate, settings, 0,
            this.ranks, parallel);
    }

    /// <summary>Looks at every gradient before weights move (<see cref="PlayerOptimizer.Careful"/>).</summary>
    public bool Careful
    {
        get => generatorOptimizer.Careful;
        set => generatorOptimizer.Careful = discriminatorOptimizer.Careful = value;
    }

    /// <summary>What every learning rate is multiplied with from here on (<see cref="OptimizerSettings.Decay"/>).</summary>
    public double RateFactor
    {
        set
        {
            generatorOptimizer.RateFactor = discriminatorOptimizer.RateFactor = value;
            rowSettings = settings with { DiscriminatorRate = value * settings.DiscriminatorRate };
        }
    }

    /// <summary>What trains the embedder and the generator, in this order.</summary>
    internal PlayerOptimizer GeneratorOptimizer => generatorOptimizer;

    /// <summary>What trains V, w0 and b.</summary>
    internal PlayerOptimizer DiscriminatorOptimizer => discriminatorOptimizer;

    /// <summary>
    /// Trains on one batch; in the warm-up (<paramref name="adversarial"/> false) on the content loss alone.
    /// Returns every loss by name, unweighted, a detached scalar on the device, in the caller's dispose scope; with
    /// <paramref name="measure"/> also how strongly −D(x̂) pulls at a pixel.
    /// </summary>
    /// <param name="batch">The episodes.</param>
    /// <param name="adversarial">Whether the discriminator takes part.</param>
    /// <param name="measure">Whether to measure the adversary's pull.</param>
    /// <param name="references">Whether the generator sees its references, if it has any.</param>
    /// <exception cref="NonFiniteException">A loss or a gradient is not finite.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(EpisodeBatch batch, bool adversarial = true, bool measure = false,
        bool references = true)
    {
        using var scope = NewDisposeScope();
        var losses = new OrderedDictionary<string, Tensor>();
        var rows = adversarial ? embeddings.Gather(batch.StepClips, batch.Target.device, batch.First, batch.Clips.Count) : null;
        var fake = TrainGenerator(batch, rows, losses, references);
        for (var step = 0; rows != null && step < settings.DiscriminatorSteps; step++)
            TrainDiscriminator(batch, rows, fake, losses);
        if (measure && rows != null)
            ranks.Broadcast([losses["adversarial_gradient"] = AdversarialGradient(batch, rows, fake)], root: ranks.Count - 1);
        foreach (var loss in losses.Values)
            loss.MoveToOuterDisposeScope();
        return losses;
    }

    // L = L_CNT + L_ADV + L_MCH, for E and G. Returns x̂.
    internal Tensor TrainGenerator(EpisodeBatch batch, EmbeddingBatch? rows, OrderedDictionary<string, Tensor> losses,
        bool references = true)
    {
        generatorOptimizer.Begin();
        using var held = rows is null ? null : new HeldWeights(discriminator); // it is frozen here, and meets x̂ and x
        var fakes = RunParts(batch, rows, generatorOptimizer, losses, (part, w, terms) => PassGenerator(part, w, terms, references));
        generatorOptimizer.Step(losses);
        SpectralNorm.Iterate(embedder);
        SpectralNorm.Iterate(generator);
        StepClock.Mark(StepPhase.Optimizer);
        return fakes.Length == 1 ? fakes[0].Result : cat([.. fakes.Select(part => part.Result)]);
    }

    // A phase's work on a part of the batch and its rows W_i (b,N), none in the warm-up: adds its terms and its gradient, and
    // gives what else the step needs, without its graph.
    delegate Tensor Pass(EpisodePart part, Tensor? w, LossSum terms);

    // Does a phase's work on every part of a batch. Gives each part's rows and what the work gave.
    (Tensor? Rows, Tensor Result)[] RunParts(EpisodeBatch batch, EmbeddingBatch? rows, PlayerOptimizer optimizer,
        OrderedDictionary<string, Tensor> losses, Pass pass)
    {
        EpisodePart[] parts = [.. batch.Parts(settings.Accumulation)];
        Tensor?[] w = [.. parts.Select(part => rows?.Rows().narrow(0, part.Start, part.Length))];
        var done = optimizer.RunParts([.. parts.Select(part => part.Share)], (batch.Clips.Count, rows is not null), losses,
            (part, terms) => pass(parts[part], w[part], terms));
        return [.. w.Zip(done)];
    }

    // Gives x̂.
    Tensor PassGenerator(EpisodePart part, Tensor? w, LossSum terms, bool references)
    {
        var (target, landmarks) = (part.Target, part.TargetLandmarks);
        var embedding = embedder.call(part.Source, part.SourceLandmarks);      // (b,N)
        StepClock.Mark(StepPhase.Embedder);
        var psi = references ? generator.Project(embedding, part.Source, part.SourceLandmarks) : generator.Project(embedding);
        var fake = generator.call(landmarks, psi);                             // (b,3,S,S)
        StepClock.Mark(StepPhase.Generator);
        content.AddTerms(terms, fake, target, landmarks);
        StepClock.Mark(StepPhase.Content);
        if (w is not null)
        {
            var (score, fakeMaps) = discriminator.call(fake, landmarks, discriminator.Person(w));
            terms.Add("adversarial", objective.Adversarial!.Value, AdversarialLoss.Generator(score));
            terms.Add("feature_matching", objective.FeatureMatching!.Value,
                FeatureMatching.Loss(fakeMaps, discriminator.RealMaps(target, landmarks)));
            terms.Add("embedding_match", objective.EmbeddingMatch!.Value, EmbeddingMatch.Loss(embedding, w));
            StepClock.Mark(StepPhase.Discriminator);
        }
        generatorOptimizer.Backward(terms, part.Share);
        return fake.detach(); // D learns from x̂ as a picture: nothing flows back into G
    }

    // The hinge loss, for θ, W, w0 and b.
    internal void TrainDiscriminator(EpisodeBatch batch, EmbeddingBatch rows, Tensor fake, OrderedDictionary<string, Tensor> losses)
    {
        Forget(losses); // of two steps the last is reported
        discriminatorOptimizer.Begin();
        rows.Thaw();
        var slopes = RunParts(batch, rows, discriminatorOptimizer, losses,
            (part, w, terms) => PassDiscriminator(part, fake.narrow(0, part.Start, part.Length), w!, terms));
        foreach (var (w, slope) in slopes)
            w!.backward([slope]); // on to the rows, as many as the batch has different clips
        discriminatorOptimizer.Step(losses);
        ranks.Average([rows.Gradient], rows: true);
        rows.Adam(rowSettings);
        rows.Freeze();
        SpectralNorm.Iterate(discriminator);
        StepClock.Mark(StepPhase.Optimizer);
    }

    // Gives the gradient of W's rows (b,N).
    Tensor PassDiscriminator(EpisodePart part, Tensor fake, Tensor rows, LossSum terms)
    {
        var w = rows.detach().requires_grad_();
        var (real, faked) = discriminator.Compare(part.Target, fake, part.TargetLandmarks, discriminator.Person(w));
        terms.Add("discriminator", 1, AdversarialLoss.Discriminator(real, faked));
        terms.Add("real_score", 0, real.mean());
        terms.Add("fake_score", 0, faked.mean());
        StepClock.Mark(StepPhase.Discriminator);
        discriminatorOptimizer.Backward(terms, part.Share, w);
        return w.grad!;
    }

    static void Forget(OrderedDictionary<string, Tensor> losses)
    {
        foreach (var name in new[] { "discriminator", "real_score", "fake_score" })
            losses.Remove(name);
    }

    // Mean absolute gradient of −D(x̂) with respect to a pixel of x̂, for the last of the step's episodes.
    Tensor AdversarialGradient(EpisodeBatch batch, EmbeddingBatch rows, Tensor fake)
    {
        long last = batch.Clips.Count - 1;
        var picture = fake.narrow(0, last, 1).detach().requires_grad_();
        var (score, _) = discriminator.call(picture, batch.TargetLandmarks.narrow(0, last, 1),
            discriminator.Person(rows.Rows().narrow(0, last, 1)));
        return autograd.grad([score.sum()], [picture])[0].abs().mean();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        generatorOptimizer.Dispose();
        discriminatorOptimizer.Dispose();
        parallel?.Dispose();
    }
}
