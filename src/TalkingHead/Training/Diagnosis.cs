namespace TalkingHead.Training;

/// <summary>Signs of collapse that show in a report's or a validation's figures, each with what to try.</summary>
static class Diagnosis
{
    // Scores and pictures in their own units: a hinge loss is 2 at the start and 0 where D tells all apart with a margin.
    const double SaturatedHinge = 0.02, NoInfluence = 1.0;

    public static IEnumerable<string> OfTraining(IReadOnlyDictionary<string, double> figures)
    {
        if (figures.TryGetValue("discriminator", out double hinge) && hinge < SaturatedHinge)
            yield return $"the discriminator is saturated (hinge loss {hinge:0.####}): its gradient no longer tells the generator anything. Try a lower optimizer.discriminator_rate, or spectral_norm.discriminator: true.";
        if (figures.TryGetValue("adversarial_gradient", out double gradient) && gradient < 1e-9)
            yield return $"the adversarial gradient has vanished ({gradient:0.##e+0} a pixel). Try a higher optimizer.discriminator_rate, or look at the landmarks that the discriminator sees.";
    }

    public static IEnumerable<string> OfValidation(IReadOnlyDictionary<string, double> figures)
    {
        if (figures.TryGetValue("person_influence", out double person) && person < NoInfluence)
            yield return $"the embedding is ignored: another person changes the output by {person:0.##} of 255. Try more steps, more identities, or a higher objective.embedding_match.";
        if (figures.TryGetValue("pose_influence", out double pose) && pose < NoInfluence)
            yield return $"the landmarks are ignored: another pose changes the output by {pose:0.##} of 255. Look at the landmark images in the sample sheet.";
    }
}
