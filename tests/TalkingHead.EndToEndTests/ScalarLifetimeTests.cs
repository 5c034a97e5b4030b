namespace TalkingHead.EndToEndTests;

/// <summary>These tests, too, call no operator that makes a temporary Scalar.</summary>
public class ScalarLifetimeTests
{
    [Fact]
    public void NoTemporaryScalars() => Tests.Libtorch.ScalarLifetimeTests.AssertNone("TalkingHead.EndToEndTests");
}
