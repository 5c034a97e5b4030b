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
    readonly PhasePass generatorPass;
    readonly PhasePass discriminatorPass;
    readonly Precision precision;
    readonly SideBySide? sideBySide;
    readonly HashSet<(PhasePass, int)> met = []; // passes whose shapes libtorch knows
    readonly string? unrecorded; // why no phase can be recorded
    OptimizerSettings rowSettings; // W's

    /// <summary>A step over networks that the caller owns; with several ranks each works on its part of the batch.</summary>
    public TrainingStep(RunConfiguration configuration, Embedder embedder, Generator generator, Discriminator discriminator, VideoEmbeddings embeddings, ContentLoss content, Ranks? ranks = null)
    {
        (this.embedder, this.generator, this.discriminator, this.embeddings, this.content) = (embedder, generator, discriminator, embeddings, content);
        (objective, settings, rowSettings, this.ranks) = (configuration.Objective, configuration.Optimizer, configuration.Optimizer, ranks ?? Ranks.Alone);
        // Ranks have shared the processors already, and a power iteration in each forward pass changes what other parts read.
        if (settings.SideBySide && settings.Accumulation > 1 && embedder.parameters().First().device_type == TorchSharp.DeviceType.CPU
            && this.ranks.Count == 1 && configuration.SpectralNorm.Iterate == PowerIteration.Step)
            sideBySide = new SideBySide(settings.Accumulation);
        generatorSide = new GameSide("generator", [.. embedder.parameters(), .. generator.parameters()], settings.GeneratorRate, settings, settings.OrthogonalRate, this.ranks, sideBySide);
        discriminatorSide = new GameSide("discriminator", discriminator.parameters(), settings.DiscriminatorRate, settings, 0, this.ranks, sideBySide);
        generatorPass = new PhasePass("generator", generatorSide, PassGenerator);
        discriminatorPass = new PhasePass("discriminator", discriminatorSide, PassDiscriminator);
        precision = configuration.Training.Precision;
        unrecorded = !configuration.Training.CudaGraphs ? "training.cuda_graphs is false"
            : this.ranks.Count > 1 ? "several ranks send gradients during the backward pass"
            : settings.Accumulation > 1 ? "optimizer.accumulation adds up the gradients of several passes"
            : configuration.SpectralNorm.Iterate == PowerIteration.Forward ? "spectral_norm.iterate changes vectors at each forward pass"
            : null;
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

    /// <summary>
    /// From here on the forward and backward passes of both phases are recorded on a GPU and replayed, where they can be;
    /// else <paramref name="say"/> gets one sentence. A CPU has nothing to record and says nothing.
    /// </summary>
    public void Record(Device device, Action<string> say)
    {
        if (device.type == TorchSharp.DeviceType.CUDA)
            Record(Acceleration.Records(device) ? work => Acceleration.Record(device, work)! : null, say);
    }

    /// <summary>As the other, with what makes recordings; null where nothing does.</summary>
    internal void Record(Recorder? recorder, Action<string> say)
    {
        if (recorder is null || unrecorded is not null)
        {
            say($"CUDA graphs: off, {unrecorded ?? "this build of the engine, or TorchSharp's package, has none"}");
            return;
        }
        say("CUDA graphs: each phase is recorded in its first step");
        generatorPass.Record(recorder, say);
        discriminatorPass.Record(recorder, say);
    }

    /// <summary>Whether the last step's passes were replays.</summary>
    public bool Replayed { get; private set; }

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
        Replayed = generatorPass.Replayed && (rows == null || discriminatorPass.Replayed);
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
        var fakes = RunParts(batch, rows, generatorPass, generatorSide, losses, part => [part.Source, part.SourceLandmarks, part.Target, part.TargetLandmarks]);
        generatorSide.Step(losses);
        SpectralNorm.Iterate(embedder);
        SpectralNorm.Iterate(generator);
        StepClock.Mark(StepPhase.Optimizer);
        return fakes.Length == 1 ? fakes[0].Result : cat([.. fakes.Select(part => part.Result)]);
    }

    // Runs a phase's pass over the parts of a batch, whose inputs end with W's rows (b,N), and adds up their losses. Gives
    // each part's rows, none in the warm-up, and what the pass gave.
    (Tensor? Rows, Tensor Result)[] RunParts(EpisodeBatch batch, RowBatch? rows, PhasePass pass, GameSide side, OrderedDictionary<string, Tensor> losses, Func<EpisodePart, Tensor[]> inputs)
    {
        EpisodePart[] parts = [.. batch.Parts(settings.Accumulation)];
        Tensor?[] w = [.. parts.Select(part => rows?.Rows().narrow(0, part.Start, part.Length))];
        Tensor[][] all = [.. parts.Zip(w, (part, own) => own is null ? inputs(part) : [.. inputs(part), own])];
        var done = sideBySide is null ? [.. parts.Select((_, part) => Run(part))] : sideBySide.Run(parts.Length, Run, first: met.Add((pass, all[0].Length)));
        foreach (var (terms, result) in done.Skip(1)) // these may come from threads of their own
            Adopt([result, .. terms.Values.Select(term => term.Value)]);
        foreach (var (part, (terms, _)) in parts.Zip(done))
            side.Add(terms, part.Share, losses);
        return [.. w.Zip(done, (own, part) => (own, part.Result))];

        (LossTerms Terms, Tensor Result) Run(int part) => pass.Run(parts[part].Share, all[part]);
    }

    // Source, source landmarks, target, target landmarks and, with the adversary, W's rows (b,N) -> x̂; adds the gradient.
    Tensor PassGenerator(IReadOnlyList<Tensor> inputs, LossTerms terms, double share)
    {
        var (target, landmarks) = (inputs[2], inputs[3]);
        Tensor fake;
        using (Acceleration.Autocast(precision, target.device)) // its casts of weights are this pass's alone
        {
            var embedding = embedder.call(inputs[0], inputs[1]);                   // (b,N)
            StepClock.Mark(StepPhase.Embedder);
            fake = generator.call(landmarks, generator.Project(embedding));        // (b,3,S,S)
            StepClock.Mark(StepPhase.Generator);
            content.AddTerms(terms, fake, target);
            StepClock.Mark(StepPhase.Content);
            if (inputs.Count > 4)
            {
                var w = inputs[4];
                var (score, fakeMaps) = discriminator.call(fake, landmarks, discriminator.Person(w));
                terms.Add("adversarial", objective.Adversarial!.Value, Adversarial.Generator(score));
                terms.Add("feature_matching", objective.FeatureMatching!.Value, FeatureMatching.Loss(fakeMaps, discriminator.RealMaps(target, landmarks)));
                terms.Add("embedding_match", objective.EmbeddingMatch!.Value, EmbeddingMatch.Loss(embedding, w));
                StepClock.Mark(StepPhase.Discriminator);
            }
        }
        generatorSide.Backward(terms, share);
        return fake.detach(); // D learns from x̂ as a picture: nothing flows back into G
    }

    // The hinge loss, for θ, W, w0 and b.
    internal void TrainDiscriminator(EpisodeBatch batch, RowBatch rows, Tensor fake, OrderedDictionary<string, Tensor> losses)
    {
        Forget(losses); // of two steps the last is reported
        discriminatorSide.Begin();
        rows.Thaw();
        var slopes = RunParts(batch, rows, discriminatorPass, discriminatorSide, losses, part => [part.Target, fake.narrow(0, part.Start, part.Length), part.TargetLandmarks]);
        foreach (var (w, slope) in slopes)
            w!.backward([slope]); // on to the rows, as many as the batch has different clips
        discriminatorSide.Step(losses);
        ranks.AverageRows(rows.Gradient);
        rows.Adam(rowSettings);
        rows.Freeze();
        SpectralNorm.Iterate(discriminator);
        StepClock.Mark(StepPhase.Optimizer);
    }

    // Target, x̂, target landmarks and W's rows (b,N) -> the gradient of the rows (b,N); adds that of the parameters.
    Tensor PassDiscriminator(IReadOnlyList<Tensor> inputs, LossTerms terms, double share)
    {
        var w = inputs[3].detach().requires_grad_();
        using (Acceleration.Autocast(precision, w.device))
        {
            var (real, faked) = discriminator.Compare(inputs[0], inputs[1], inputs[2], discriminator.Person(w));
            terms.Add("discriminator", 1, Adversarial.Discriminator(real, faked));
            terms.Add("real_score", 0, real.mean());
            terms.Add("fake_score", 0, faked.mean());
            StepClock.Mark(StepPhase.Discriminator);
        }
        discriminatorSide.Backward(terms, share, w);
        return w.grad!;
    }

    // Puts tensors into the current dispose scope.
    static void Adopt(IReadOnlyList<Tensor> tensors)
    {
        using var scope = NewDisposeScope();
        scope.Attach(tensors);
        foreach (var tensor in tensors)
            tensor.MoveToOuterDisposeScope();
    }

    static void Forget(OrderedDictionary<string, Tensor> losses)
    {
        foreach (string name in new[] { "discriminator", "real_score", "fake_score" })
            losses.Remove(name);
    }

    // Mean absolute gradient of −D(x̂) with respect to a pixel of x̂, for the last of the step's episodes.
    Tensor AdversarialGradient(EpisodeBatch batch, RowBatch rows, Tensor fake)
    {
        using var _ = Acceleration.Autocast(precision, fake.device);
        long last = batch.Clips.Count - 1;
        var picture = fake.narrow(0, last, 1).detach().requires_grad_();
        var (score, _) = discriminator.call(picture, batch.TargetLandmarks.narrow(0, last, 1), discriminator.Person(rows.Rows().narrow(0, last, 1)));
        return autograd.grad([score.sum()], [picture])[0].abs().mean();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        generatorPass.Dispose();
        discriminatorPass.Dispose();
        generatorSide.Dispose();
        discriminatorSide.Dispose();
        sideBySide?.Dispose();
    }
}
