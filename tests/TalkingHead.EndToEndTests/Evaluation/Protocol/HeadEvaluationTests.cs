using System.Text.Json;
using TalkingHead.Animation;
using TalkingHead.Evaluation.Metrics;
using TalkingHead.Evaluation.Protocol;
using TalkingHead.Pretrained;
using TalkingHead.Tests;
using TalkingHead.Tests.Evaluation.Protocol;

namespace TalkingHead.EndToEndTests.Evaluation.Protocol;

public sealed class HeadEvaluationTests(SmallEvaluation small) : IClassFixture<SmallEvaluation>
{
    [Fact]
    public void AnInterruptedEvaluationEndsWithTheSameBytes()
    {
        Assert.Throws<OperationCanceledException>(() => small.Run("cut", stopAfter: 1));
        Assert.Single(Directory.GetFiles(Path.Combine(small.At("cut"), "records")));
        File.WriteAllText(Path.Combine(small.At("cut"), "records", "person-0001.safetensors.1.partial"), "what a killed process leaves");
        Assert.Throws<OperationCanceledException>(() => small.Run("cut", stopAfter: 2));
        Assert.NotNull(small.Run("cut"));
        small.AssertSameFiles(small.Whole.Name, "cut");
    }

    [Fact]
    public void PartsInOneFolderMakeTheResultOfOneRun()
    {
        Assert.Null(small.Run("parts", SmallEvaluation.Settings with { Part = new(2, 2) }));
        Assert.NotNull(small.Run("parts", SmallEvaluation.Settings with { Part = new(1, 2) }));
        small.AssertSameFiles(small.Whole.Name, "parts");
    }

    [Fact]
    public void PartsOfSeveralFoldersMergeByTheirRecords()
    {
        for (var part = 1; part <= 3; part++)
            Assert.Null(small.Run($"machine{part}", SmallEvaluation.Settings with { Part = new(part, 3) }));
        foreach (var other in (string[])["machine2", "machine3"])
            foreach (var record in Directory.GetFiles(Path.Combine(small.At(other), "records")))
                File.Copy(record, Path.Combine(small.At("machine1"), "records", Path.GetFileName(record)));
        Assert.NotNull(small.Run("machine1"));
        small.AssertSameFiles(small.Whole.Name, "machine1");
    }

    [Fact]
    public void TheResultHoldsEveryRowWithItsIntervalAndEveryPerson()
    {
        var (name, result) = small.Whole;
        Assert.Equal(["1 fine-tuned", "1 feed-forward", "1 copy-nearest", "1 mean-frame", "3 fine-tuned", "3 feed-forward",
            "3 copy-nearest", "3 mean-frame"],
            result.Rows.Select(row => $"{row.Shots} {row.Method}"));
        Assert.All(result.Rows, row => Assert.Equal(["SSIM", "PSNR", "L1"], row.Figures.Select(figure => figure.Metric)));
        Assert.All(result.Rows.SelectMany(row => row.Figures), figure =>
        {
            Assert.Equal(12, figure.Frames + figure.Missing);
            Assert.InRange(figure.Value!.Value, figure.Low!.Value, figure.High!.Value);
        });

        // The pooled value is the mean of the people's, for all have as many frames.
        Assert.Equal(result.Rows[0].Figures[0].Value!.Value,
            result.Identities.Average(person => person.Rows[0].Figures[0].Value!.Value), 10);
        Assert.Equal(3, result.Identities.Count);
        Assert.All(result.Identities, person => Assert.Equal(person.Clip, person.Driver));
        Assert.Equal(4, result.Costs.Count);

        // With one source frame copying and averaging are one.
        Assert.Equal(result.Rows[2].Figures.Select(figure => figure.Value), result.Rows[3].Figures.Select(figure => figure.Value));
        var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(small.At(name), "results.json"))).RootElement;
        Assert.Equal("self-reenactment", json.GetProperty("mode").GetString());
        Assert.Equal(result.Rows[0].Figures[0].Value, json.GetProperty("rows")[0].GetProperty("figures")[0].GetProperty("value")
            .GetDouble());
        Assert.Contains("| 3 | copy nearest |", File.ReadAllText(Path.Combine(small.At(name), "table.md")));
    }

    [Fact]
    public void AMetricWithoutItsWeightsIsARowThatSaysHowToGetThem()
    {
        Assert.SkipWhen(PublishedWeights.Has(Inception.File), "the weights are here.");
        var result = small.Run("poor", SmallEvaluation.Settings
            with
        { Comparison = new() { Metrics = [Metric.Fid, Metric.Kid, Metric.L1, Metric.Csim] } })!;
        Assert.Equal([true, true, false, true], result.Metrics.Select(form => form.Reason is not null));
        Assert.Contains("run scripts/download-weights.sh pt_inception-2015-12-05-6726825d.pth", result.Metrics[0].Reason);
        Assert.All(result.Rows, row => Assert.Equal(["L1"], row.Figures.Select(figure => figure.Metric)));
        Assert.Contains("FID, KID: not measured:", File.ReadAllText(Path.Combine(small.At("poor"), "report.html")));
    }

    [Fact]
    public void DistributionsHaveTheirFloorsAndSayThatTheyAreBiased()
    {
        var settings = SmallEvaluation.Settings with
        {
            Shots = [1],
            HoldOut = 2,
            FeedForward = true,
            Comparison = new() { Metrics = [Metric.Fid, Metric.Kid] }
        };
        var result = small.Run("distributions", settings, SmallEvaluation.FormulaNetworks())!;
        Assert.Equal(["feed-forward", "copy-nearest", "mean-frame"], result.Rows.Select(row => row.Method));
        Assert.All(result.Rows, row =>
        {
            Assert.Equal((6, 6, "biased: N < 2048"), (row.Figures[0].Frames, row.Figures[0].Against, row.Figures[0].Marks.Single()));
            Assert.True(row.Figures[0].Value > 0);
            Assert.Equal("1 subset of 6", row.Figures[1].Marks.Single());
        });
        Assert.Equal([(3, 3), (2, 4)], result.Floors.Select(floor => (floor.Frames, floor.Against)));
        Assert.Empty(result.Differences);
    }

    [Fact]
    public void InCrossReenactmentTheNextPersonDrivesAndNoTruthIsAsked()
    {
        var result = small.Run("cross", SmallEvaluation.Settings with
        {
            Cross = true,
            FeedForward = true,
            Comparison = new() { Metrics = [Metric.Ssim, Metric.Pose] }
        })!;
        Assert.Equal("cross-reenactment", result.Mode);
        Assert.Contains("another person's motion has none", result.Metrics[0].Reason);
        Assert.Equal(result.Identities.Select(person => person.Clip).Skip(1).Append(result.Identities[0].Clip),
            result.Identities.Select(person => person.Driver));
        Assert.Equal("Pose", result.Rows[0].Figures.Single().Metric);
        Assert.Equal(12, result.Rows[0].Figures[0].Missing); // discs have no face, and that is counted
    }

    [Fact]
    public void AdaptationChangesWhatDrivesAndIsSaid()
    {
        var settings = SmallEvaluation.Settings with
        {
            Cross = true,
            FeedForward = true,
            Shots = [3],
            Comparison = new() { Metrics = [Metric.Fid] }
        };
        var plain = small.Run("plain", settings, SmallEvaluation.FormulaNetworks())!;
        var adapted = small.Run("adapted", settings with { Adapt = true }, SmallEvaluation.FormulaNetworks())!;
        Assert.NotEqual(plain.Rows[0].Figures[0].Value, adapted.Rows[0].Figures[0].Value);
        Assert.Equal(plain.Rows[1].Figures[0].Value, adapted.Rows[1].Figures[0].Value); // copies are not driven
        Assert.True(adapted.Subject.Adapted);
    }

    [Fact]
    public void HeadsAreKeptWhereTheyAreWanted()
    {
        small.Run("heads", SmallEvaluation.Settings with { Identities = 1, Shots = [1], HeadsOut = small.At("kept") });
        Assert.Equal(2, Directory.GetFiles(small.At("kept"), "person*-1.head").Length);
        using var head = Head.Load(Directory.GetFiles(small.At("kept"), "*fine-tuned*").Single());
        Assert.Equal(1, head.Origin.Shots);
    }

    [Fact]
    public void AnotherEvaluationInTheFolderIsRefused()
    {
        small.CopyWhole("other");
        var mistake = Assert.Throws<UserException>(() => small.Open("other", SmallEvaluation.Settings with { HoldOut = 3 }));
        Assert.Equal($"{small.At("other")}: holds an evaluation of something else: \"hold_out\" is 4 there and 3 here. Choose another "
            + $"--out, or repeat the command that began it.", mistake.Message);
        File.WriteAllText(Path.Combine(small.At("other"), "evaluation.json"), "{");
        Assert.Contains("is damaged", Assert.Throws<UserException>(() => small.Open("other")).Message);
    }

    [Fact]
    public void ADamagedRecordIsNamed()
    {
        small.CopyWhole("damaged");
        File.WriteAllText(Path.Combine(small.At("damaged"), "records", "person-0001.safetensors"), "no record");
        Assert.Contains("person-0001.safetensors", Assert.Throws<UserException>(() => small.Run("damaged")).Message);
    }

    [Fact]
    public void FewerPeopleThanAskedAreSaid() =>
        Assert.Contains("50 people were asked for; the dataset holds 3 held-out ones",
            small.Run("few", SmallEvaluation.Settings with { Identities = 50, Shots = [1] })!.Notes.Single());
}
