using TalkingHead.Media;

namespace TalkingHead.Tests.Media;

public sealed class SheetTests
{
    [Fact]
    public void ContactSheetShowsEveryPictureUnchanged()
    {
        Picture[] pictures = [TestPictures.Noise(20, 30, seed: 1), TestPictures.Noise(20, 30, seed: 2),
            TestPictures.Noise(20, 30, seed: 3)];
        var sheet = ContactSheet.Draw([[pictures[0], pictures[1]], [null, pictures[2]]], ["source", "a caption wider than its column"],
            ["one", "two"]);
        foreach (var picture in pictures)
            Assert.True(sheet.Pixels.AsSpan().IndexOf(picture.Pixels.AsSpan(0, 60)) >= 0);
    }
}
