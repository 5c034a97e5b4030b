using TalkingHead.Evaluation.Metrics;
using TalkingHead.Faces;
using TalkingHead.Libtorch;
using TalkingHead.Media;
using TalkingHead.Pretrained;
using TalkingHead.Tests.Faces;
using TalkingHead.Tests.Pretrained;
using TorchSharp;
using static TalkingHead.Tests.Evaluation.MetricFixtures;
using static TorchSharp.torch;

namespace TalkingHead.Tests.Evaluation;

public sealed class FaceMetricTests
{
    [Fact]
    public void AlignmentEqualsSkimagesSimilarity()
    {
        var cases = Expected("alignment").EnumerateArray().ToArray();
        Assert.Equal(4, cases.Length);
        foreach (var one in cases)
        {
            var fit = Similarity.Fit(Floats(one.GetProperty("points")), FaceAlignment.Places);
            double[] found = [fit.A, -fit.B, fit.X, fit.B, fit.A, fit.Y];
            Assert.All(one.GetProperty("matrix").EnumerateArray().Zip(found),
                pair => Assert.Equal(pair.First.GetDouble(), pair.Second, 1e-4));
        }
    }

    [Fact]
    public void AlignedPixelsAreBilinearWithBlackAround()
    {
        // A face whose five points are the oracle's: groups share their mean, single points stand alone.
        var points = Floats(Expected("alignment")[1].GetProperty("points"));
        var xy = new float[2 * Landmarks.Count];
        for (var i = 0; i < Landmarks.Count; i++)
        {
            var from = i switch { >= 36 and <= 41 => 0, >= 42 and <= 47 => 1, 30 => 2, 48 => 3, _ => 4 };
            (xy[2 * i], xy[2 * i + 1]) = (points[2 * from], points[2 * from + 1]);
        }

        var aligned = FaceAlignment.Align(Load("truth"), new Landmarks(xy));
        var expected = Load("aligned");
        var off = expected.Pixels.Zip(aligned.Pixels, (a, b) => Math.Abs(a - b)).ToArray();
        Assert.InRange(off.Max(), 0, 1); // a value on the edge between two bytes
        Assert.InRange(off.Count(value => value > 0), 0, 20);
        Assert.Contains((byte)0, expected.Pixels);
    }

    [Fact]
    public void CsimOfAFaceWithItselfIsOne()
    {
        using var scope = NewDisposeScope();
        using var csim = new Csim(new ArcFace("IR-SE50", FormulaWeights.Fill(ArcFaceKind.IrSe50.Build()), bgr: true), CPU);
        var faces = PictureTensor.ToBytes([Load("aligned")], CPU);
        Assert.Equal(1, csim.Compute(faces, faces).item<double>(), 1e-6);
        Assert.InRange(csim.Compute(faces, faces.RSub(255)).item<double>(), -1, 0.999);
    }

    [Fact]
    public void CsimsNetworkAndItsOrderOfChannelsAreNamed()
    {
        Assert.Equal("cosine of ArcFace embeddings, IR-SE50 on BGR, faces aligned to 112x112", Csim.Definition("ir-se50"));
        Assert.Equal("cosine of ArcFace embeddings, IR-SE50 on RGB, faces aligned to 112x112", Csim.Definition("ir-se50-rgb"));
        Assert.Equal("unknown CSIM network \"facenet\"; expected ir-se50, ir-se50-rgb, r50, r100.",
            Assert.Throws<UserException>(() => Csim.Definition("facenet")).Message);
    }

    [Fact]
    public void LandmarkDistancesEqualTheirDefinitions()
    {
        var (real, fake) = (new Landmarks(Floats(Expected("landmarks", "real"))), new Landmarks(Floats(Expected("landmarks", "fake"))));
        Assert.Equal(Expected("landmarks", "akd").GetDouble(), Akd.Compute(real, fake, 256, 256), 1e-9);
        Assert.Equal(Expected("landmarks", "nme").GetDouble(), Nme.Compute(real, fake), 1e-9);
    }

    [Fact]
    public void LandmarkDistancesDoNotDependOnTheFramesSize()
    {
        var (small, moved) = (TestFaces.Face(32, 32, 40), TestFaces.Face(33, 32, 40));
        var (large, movedLarge) = (TestFaces.Face(128, 128, 160), TestFaces.Face(132, 128, 160));
        Assert.Equal(Akd.Compute(large, movedLarge, 256, 256), Akd.Compute(small, moved, 64, 64), 1e-4);
        Assert.Equal(Nme.Compute(large, movedLarge), Nme.Compute(small, moved), 1e-5);
    }

    // Turned, moved or larger, a face looks where it looked.
    [Fact]
    public void GazeErrorIsTheWayOfThePupilsInWidthsOfTheEye()
    {
        var face = TestFaces.Face(128, 128, 100);
        Landmarks Looking(double right, double left, double down = 0, Landmarks? at = null) => new((at ?? face).Values,
            In(at ?? face, 36, right, down), In(at ?? face, 42, left, down));
        static Pupil In(Landmarks face, int eye, double across, double down)
        {
            var ((x1, y1), (x2, y2)) = (face[eye], face[eye + 3]);
            double width = x2 - x1, middle = (x1 + x2) / 2;
            return new((float)(middle + across * width), (float)((y1 + y2) / 2 + down * width), 3);
        }

        Assert.Equal(0, GazeError.Compute(Looking(0.1, 0.1), Looking(0.1, 0.1)), 1e-6);
        Assert.Equal(0.2, GazeError.Compute(Looking(0, 0), Looking(0.2, 0.2)), 1e-5);
        Assert.Equal(0.1, GazeError.Compute(Looking(0, 0), Looking(0.2, 0)), 1e-5);
        Assert.Equal(0.5, GazeError.Compute(Looking(0, 0, 0), Looking(0.3, 0.3, 0.4)), 1e-5);
        var elsewhere = Looking(0.2, 0.2).Map(new Similarity(0.5, 0.7, 30, -9));
        Assert.Equal(0.2, GazeError.Compute(Looking(0, 0), elsewhere), 1e-5);
        Assert.True(double.IsNaN(GazeError.Compute(face, Looking(0, 0))));
        Assert.True(double.IsNaN(GazeError.Compute(Looking(0, 0), face)));
        var closed = TestFaces.Face(128, 128, 100, eyes: 0.05);
        Assert.True(double.IsNaN(GazeError.Compute(Looking(0, 0, at: closed), Looking(0, 0))));
        Assert.False(double.IsNaN(GazeError.Compute(Looking(0, 0), Looking(0, 0, at: closed))));
        Assert.True(double.IsNaN(GazeError.Compute(Looking(0.6, 0), Looking(0.6, 0))));
        Assert.Equal(0.3, GazeError.Compute(Looking(0, 0), Looking(0.6, 0)), 1e-5); // a head's own pupil outside counts
    }
}
