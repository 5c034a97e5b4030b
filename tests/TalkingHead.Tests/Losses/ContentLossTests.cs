using TalkingHead.Configuration;
using TalkingHead.Losses;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Models;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Losses;

// These tests rely on there being no weights folder beside the test program.
public class ContentLossTests
{
    static ObjectiveSettings Settings(ContentKind content, MissingVgg without = MissingVgg.Refuse) =>
        new ObjectiveSettings { Content = content, WithoutVgg = without, Structure = 1, Squared = 1 }.Resolved();

    [Fact]
    public void ThePaperConfigurationRefusesToStartWithoutTheVggFiles()
    {
        var error = Assert.Throws<UserException>(() => ContentLoss.Create(Settings(ContentKind.Vgg)));
        Assert.Equal(
            "objective.content is vgg, but the folder weights lacks vgg19-d01eb7cb.pth vgg_face_dag.pth. "
            + "Run scripts/download-weights.sh vgg19-d01eb7cb.pth vgg_face_dag.pth, or train without it: --set "
            + "objective.without_vgg=pyramid.", error.Message);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void ToldToGoOnWithoutItSaysWhatItUsesAndWhy()
    {
        using var pyramid = ContentLoss.Create(Settings(ContentKind.Vgg, MissingVgg.Pyramid));
        Assert.Equal("content loss: a pyramid of the pictures, because vgg19-d01eb7cb.pth vgg_face_dag.pth is missing and "
            + "objective.without_vgg says so", pyramid.Reason);
        using var chosen = ContentLoss.Create(Settings(ContentKind.RandomVgg));
        Assert.Equal("content loss: VGG19 with seeded random weights, as the configuration says", chosen.Reason);
    }

    [Fact]
    public void FineTuningComparesWhatItsOwnSettingSaysAndDoesWithoutResNet18WhereItIsMissing()
    {
        var configuration = new RunConfiguration { Objective = Settings(ContentKind.Pyramid) };
        using var objectives = ContentLoss.ForFineTuning(configuration, CPU, hasResNet18: true);
        Assert.Empty(objectives.Networks);
        configuration = configuration with { FineTuning = new() { Content = ContentKind.Resnet18 } };
        using var own = ContentLoss.ForFineTuning(configuration, CPU, hasResNet18: true);
        Assert.IsType<ResNet18>(own.Networks.Single().Network);
        RunConfiguration[] withResNet18 = [configuration, new() { Objective = Settings(ContentKind.Resnet18) }];
        foreach (var each in withResNet18)
        {
            using var without = ContentLoss.ForFineTuning(each, CPU, hasResNet18: false);
            Assert.Empty(without.Networks);
            Assert.StartsWith("content loss: a pyramid of the pictures, because ", without.Reason);
            Assert.EndsWith("ResNet18.onnx is missing; scripts/download-weights.sh ResNet18.onnx makes heads sharper", without.Reason);
        }
    }

    [Fact]
    public void TheRandomVggHasAGradientToThePictureAtEveryTap()
    {
        using var scope = NewDisposeScope();
        using var network = Vgg.Random(VggKind.Caffe19, 1);
        var real = network.call(Formula.Values("real", 1, 3, 32, 32));
        for (var tap = 0; tap < real.Length; tap++)
        {
            var fake = Formula.Values("fake", 1, 3, 32, 32).requires_grad_(true);
            Content.Perceptual([network.call(fake)[tap]], [real[tap]]).backward();
            Assert.True(fake.grad!.abs().max().item<float>() > 0, Vgg.ContentTaps[tap]);
        }
    }

    [Theory, InlineData(ContentKind.Pyramid, "content_pyramid"), InlineData(ContentKind.Pyramid, "content_structure"),
        InlineData(ContentKind.Pyramid, "content_squared"), InlineData(ContentKind.RandomVgg, "content_random_vgg")]
    public void EqualPicturesCostNothingAndOthersHaveAGradientToTheFakeAlone(ContentKind kind, string name)
    {
        using var scope = NewDisposeScope();
        using var content = ContentLoss.Create(Settings(kind));
        var (fake, real) = (Formula.Values("fake", 2, 3, 32, 32).requires_grad_(true),
            Formula.Values("real", 2, 3, 32, 32).requires_grad_(true));
        Assert.Equal(0, Term(content, fake, fake, name).item<float>());
        Term(content, fake, real, name).backward();
        Assert.True(fake.grad!.abs().max().item<float>() > 0);
        Assert.True(real.grad is null || real.grad.abs().max().item<float>() == 0);
    }

    static Tensor Term(ContentLoss content, Tensor fake, Tensor real, string name)
    {
        var terms = new LossSum();
        content.AddTerms(terms, fake, real, real);
        return terms[name];
    }
}
