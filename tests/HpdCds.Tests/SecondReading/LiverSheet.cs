namespace HpdCds.Tests.SecondReading;

internal sealed record PughPart(string Name, int Low, int High, Why Reason);

internal sealed record Pugh(string State, Why? Reason, int Low, int High, string Datum);

/// <summary>ALBI and Child-Pugh from the specification's section 1.</summary>
internal static class LiverSheet
{
    public static double Albi(decimal bilirubinMicromoles, decimal albuminGramsPerLitre) =>
        (0.66 * Math.Log10((double)bilirubinMicromoles)) - (0.085 * (double)albuminGramsPerLitre);

    public static string AlbiGrade(double albi) => albi <= -2.60 ? "1" : albi <= -2.27 ? "2a" : albi <= -1.39 ? "2b" : "3";

    /// <summary>The score where both parts are exact; else nothing is said of it.</summary>
    public static double? AlbiOf(Given given)
    {
        var bilirubin = Readings.Of("bilirubin", given.Bilirubin, given.LiverTests);
        var albumin = Readings.Of("albumin", given.Albumin, given.LiverTests);
        return bilirubin.Usable && albumin.Usable && bilirubin.Low == bilirubin.High && albumin.Low == albumin.High
            ? Albi(bilirubin.Low, albumin.Low)
            : null;
    }

    public static Pugh ChildPugh(Given given)
    {
        var parts = Parts(given);
        var (low, high) = (parts.Sum(part => part.Low), parts.Sum(part => part.High));
        if (given.ChildPugh is { } written && IsUsable(written) && written.DaysOld <= NewestPart(given))
        {
            var (least, most) = ScoresOf(written.Letter ?? Letter(written.Score));
            if (least > high || most < low)
                return Conflict(Math.Min(low, written.Letter is null ? written.Score : least), Math.Max(high, written.Letter is null ? written.Score : most));
            return least >= 7 ? new("known", null, 1, 1, "child-pugh") : new("known", null, 0, 0, "child-pugh");
        }

        if (low >= 7)
            return new("known", null, 1, 1, "child-pugh");
        if (high < 7)
            return new("known", null, 0, 0, "child-pugh");
        var open = parts.First(part => part.Low < part.High);
        return new("unknown", open.Reason, 0, 1, open.Name);
    }

    // Both stay possible; where both lie on one side of 7 nothing is left open by it (section 8).
    private static Pugh Conflict(int low, int high) => low >= 7
        ? new("known", null, 1, 1, "child-pugh")
        : new("unknown", Why.Conflicting, 0, high >= 7 ? 1 : 0, "child-pugh");

    private static bool IsUsable(Written written) => written.DaysOld <= 42 && written.Score is >= 5 and <= 15;

    private static char Letter(int score) => score <= 6 ? 'A' : score <= 9 ? 'B' : 'C';

    private static (int Least, int Most) ScoresOf(char letter) => letter switch { 'A' => (5, 6), 'B' => (7, 9), _ => (10, 15) };

    private static int NewestPart(Given given) => given.LiverTests is Drawer.Read or Drawer.CutShort
        ? new[] { given.Bilirubin, given.Albumin, given.Inr }.OfType<Printed>().Select(part => part.MonthOnly ? int.MaxValue : part.DaysOld).DefaultIfEmpty(int.MaxValue).Min()
        : int.MaxValue;

    private static PughPart[] Parts(Given given) =>
    [
        Laboratory("bilirubin", given.Bilirubin, given, value => value < 2m * 17.104m ? 1 : value > 3m * 17.104m ? 3 : 2),
        Laboratory("albumin", given.Albumin, given, value => value < 28m ? 3 : value > 35m ? 1 : 2),
        given.Anticoagulated
            ? new("inr", 1, 3, Why.Confounded)
            : given.Earlier == Earlier.NobodyKnows && Readings.Of("inr", given.Inr, given.LiverTests).Usable
                ? new("medications", 1, 3, Why.NotSupplied)
            : Laboratory("inr", given.Inr, given, value => value < 1.7m ? 1 : value > 2.3m ? 3 : 2),
        Clinical("ascites", given.Ascites, given.Diagnoses),
        Clinical("encephalopathy", given.Encephalopathy, given.Diagnoses),
    ];

    private static PughPart Laboratory(string name, Printed? printed, Given given, Func<decimal, int> points)
    {
        var read = Readings.Of(name, printed, given.LiverTests);
        if (!read.Usable)
            return new(name, 1, 3, read.Reason);
        var ends = new[] { points(read.Low), points(read.High) };
        return new(name, ends.Min(), ends.Max(), read.WhyOpen);
    }

    private static PughPart Clinical(string name, Fluid fluid, Drawer lists) => (fluid, lists) switch
    {
        (_, not (Drawer.Read or Drawer.CutShort)) => new(name, 1, 3, Readings.Missing(lists)),
        (Fluid.Mild, _) => new(name, 2, 2, default),
        (Fluid.Moderate, _) => new(name, 3, 3, default),
        (Fluid.Ungraded, _) => new(name, 2, 3, Why.ComponentUnknown),
        (Fluid.Suspected, _) => new(name, 1, 3, Why.Ambiguous),
        (_, Drawer.CutShort) => new(name, 1, 3, Why.Truncated),
        _ => new(name, 1, 1, default),
    };
}
