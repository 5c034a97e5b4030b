namespace TalkingHead.Evaluation.Reporting;

/// <summary>A row of the paper's own results: FID, SSIM, CSIM and the share of people who told the fake, at T = 1, 8 and 32.</summary>
sealed record PaperRow(string Data, string Method, IReadOnlyList<PaperCell> Cells);

/// <summary>A cell of it.</summary>
/// <param name="Fid">Lower is better.</param>
/// <param name="FidIsConfirmed">False where the number is recalled and not confirmed against the text.</param>
/// <param name="Ssim">Higher is better; recalled.</param>
/// <param name="Csim">Likewise.</param>
/// <param name="User">Lower is better, 0.33 is chance; recalled.</param>
sealed record PaperCell(double Fid, bool FidIsConfirmed, double Ssim, double Csim, double User);

/// <summary>The results of Zakharov et al. 2019, table 1, to stand beside an evaluation's: another dataset and another protocol.</summary>
static class PaperTable
{
    internal static readonly IReadOnlyList<int> Shots = [1, 8, 32];

    internal const string Caption =
        "The paper's own results (Zakharov et al. 2019): another dataset, other networks behind FID and CSIM, another choice of frames. They show the order of magnitude; no number here compares with one above.";

    internal const string Mark = "FIDs marked † and every SSIM, CSIM and USER are recalled, not confirmed against the text. USER: people picked the fake among three pictures; 0.33 is chance.";

    internal static readonly IReadOnlyList<PaperRow> Rows =
    [
        new("VoxCeleb1", "X2Face", [new(45.8, false, .68, .16, .82), new(51.5, false, .73, .17, .83), new(56.5, false, .75, .18, .85)]),
        new("VoxCeleb1", "Pix2pixHD", [new(42.7, false, .56, .09, .82), new(35.1, false, .64, .12, .79), new(24.0, false, .70, .16, .71)]),
        new("VoxCeleb1", "Paper", [new(43.0, true, .67, .15, .62), new(38.0, true, .71, .17, .62), new(29.5, true, .74, .19, .61)]),
        new("VoxCeleb2", "Paper, feed-forward", [new(46.1, false, .61, .42, .43), new(42.2, false, .64, .47, .40), new(40.4, false, .65, .48, .38)]),
        new("VoxCeleb2", "Paper, fine-tuned", [new(48.5, true, .64, .35, .46), new(42.2, true, .68, .42, .39), new(30.6, true, .72, .45, .33)]),
    ];
}
