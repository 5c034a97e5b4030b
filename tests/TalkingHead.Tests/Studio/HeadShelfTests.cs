using TalkingHead.Studio;
using TalkingHead.Tests.Serialization;

namespace TalkingHead.Tests.Studio;

public sealed class HeadShelfTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("../anna", "letters, digits, spaces and - _ . are allowed")]
    [InlineData("a/b", "letters, digits, spaces and - _ . are allowed")]
    [InlineData("C:x", "letters, digits, spaces and - _ . are allowed")]
    [InlineData(" ", "it is empty")]
    [InlineData("..", "it may not begin with . or -, nor end with ., nor have a space there")]
    [InlineData("-rf", "it may not begin with . or -, nor end with ., nor have a space there")]
    [InlineData("COM1.old", "Windows keeps it for a device")]
    public void ANameIsAFileNameEverywhere(string name, string fault)
    {
        var refused = Assert.Throws<RefusedException>(() => new HeadShelf(folder.At("")).ExpectFree(name));
        Assert.Equal((400, $"\"{name}\" cannot be a head's name: {fault}."), (refused.Status, refused.Message));
    }

    [Theory]
    [InlineData("Anna B")]
    [InlineData("Jürgen-2_x.y")]
    [InlineData("小明")]
    public void OtherNamesAreFree(string name) => new HeadShelf(folder.At("")).ExpectFree(name);

    [Fact]
    public void WhatIsNoHeadIsNotListedAndNotOverwritten()
    {
        File.WriteAllText(folder.At("notes.head"), "not a head");
        File.WriteAllText(folder.At("picture.png"), "not a sheet");
        var shelf = new HeadShelf(folder.At(""));
        Assert.Empty(shelf.All());
        Assert.Equal(404, Assert.Throws<RefusedException>(() => shelf.Delete("notes")).Status);
        Assert.Equal(409, Assert.Throws<RefusedException>(() => shelf.ExpectFree("notes")).Status);
        Assert.Equal(409, Assert.Throws<RefusedException>(() => shelf.ExpectFree("picture")).Status);
        Assert.Equal(["notes.head", "picture.png"], folder.Files);
    }
}
