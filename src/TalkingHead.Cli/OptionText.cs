namespace TalkingHead.Cli;

/// <summary>What --help says of an option that several verbs share.</summary>
static class OptionText
{
    public const string Detector = "dlib (CPU; its model is not for commercial use) or fan (the paper's; wants a GPU).";

    public const string Device = "cpu, cuda, cuda:N or auto.";

    public const string Checkpoint = "Of the run: newest, best (in validation) or a step.";

    public const string Json = "Also write the figures to this file.";
}
