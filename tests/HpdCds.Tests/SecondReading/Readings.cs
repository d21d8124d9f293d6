namespace HpdCds.Tests.SecondReading;

/// <summary>
/// The values that a printed result leaves possible. Open ends are stepped inwards by a hair, which no printed threshold can
/// notice; a monotone rule therefore takes its extremes at the two ends.
/// </summary>
internal sealed record Stretch(decimal Low, decimal High)
{
    private const decimal Hair = 0.000000000001m;
    private const decimal Huge = 1_000_000_000m;

    public static Stretch Of(Sign sign, decimal number) => sign switch
    {
        Sign.Exactly => new(number, number),
        Sign.Below => new(Hair, number - Hair),
        Sign.AtMost => new(Hair, number),
        Sign.Above => new(number + Hair, Huge),
        _ => new(number, Huge),
    };

    public Stretch Times(decimal factor) => new(Low * factor, High * factor);
}

/// <summary>Either one reading (two where a twin was printed at the same moment) or the reason that there is none.</summary>
internal sealed record Read(IReadOnlyList<Stretch> Values, Why Reason)
{
    public bool Usable => Values.Count > 0;

    public decimal Low => Values.Min(value => value.Low);

    public decimal High => Values.Max(value => value.High);

    public Why WhyOpen => Values.Count > 1 ? Why.Conflicting : Why.BoundOnly;
}

internal static class Readings
{
    // The plausibility stops of the specification, section 1, each in the analyte's canonical unit, limits included.
    private static readonly Dictionary<string, (decimal Low, decimal High, int Days)> Stops = new(StringComparer.Ordinal)
    {
        ["neutrophils"] = (0m, 100m, 42),
        ["lymphocytes"] = (0m, 300m, 42),
        ["albumin"] = (5m, 70m, 42),
        ["bilirubin"] = (1m, 1500m, 42),
        ["ldh"] = (10m, 50_000m, 42),
        ["inr"] = (0.5m, 20m, 42),
        ["crp"] = (0m, 1000m, 42),
        ["afp"] = (0m, decimal.MaxValue, 90),
        ["ecog"] = (0m, 4m, 90),
    };

    private static readonly Dictionary<string, decimal> ToCanonical = new(StringComparer.Ordinal)
    {
        ["10*9/L"] = 1m,
        ["/uL"] = 0.001m,
        ["g/L"] = 1m,
        ["g/dL"] = 10m,
        ["umol/L"] = 1m,
        ["mg/dL"] = 17.104m,
        ["U/L"] = 1m,
        ["ukat/L"] = 60m,
        ["ng/mL"] = 1m,
        ["[IU]/mL"] = 1m,
        ["{INR}"] = 1m,
        ["mg/L"] = 1m,
        ["{score}"] = 1m,
    };

    public static decimal Factor(string unit) => ToCanonical[unit];

    public static Why Missing(Drawer drawer) => drawer switch
    {
        Drawer.Read => Why.NotRecorded,
        Drawer.CutShort => Why.Truncated,
        Drawer.NotSent => Why.NotSupplied,
        Drawer.Locked => Why.NotAuthorised,
        _ => Why.SourceFailed,
    };

    public static Read Of(string analyte, Printed? printed, Drawer drawer)
    {
        // A list that was cut may hide a newer value, so what came from it cannot be the latest.
        if (printed is null || drawer != Drawer.Read)
            return new([], Missing(drawer));
        var (low, high, days) = Stops[analyte];
        if (printed.DaysOld > days)
            return new([], Why.TooOld);
        if (printed.MonthOnly)
            return new([], Why.ImpreciseDate);
        if (!ToCanonical.TryGetValue(printed.Unit, out var factor))
            return new([], Why.UnknownUnit);
        decimal[] numbers = printed.Twin is { } twin && twin != printed.Number ? [printed.Number, twin] : [printed.Number];
        Stretch[] values =
        [
            .. numbers.Where(number => number * factor >= low && number * factor <= high && !(analyte == "lymphocytes" && number == 0m))
                .Select(number => Stretch.Of(printed.Sign, number).Times(factor))
                .Select(value => new Stretch(Math.Max(value.Low, low), Math.Min(value.High, high))),
        ];
        return new(values, Why.Implausible);
    }
}

/// <summary>Least and greatest points of a factor, why it is open, and what a clinician would have to measure.</summary>
internal sealed record Line(string Id, string Domain, bool Core, string Tier, string State, Why? Reason, int Low, int High, string Datum)
{
    public bool Open => Low < High;

    public override string ToString() => $"{Id}: {State}{(Reason is null ? "" : $"({Reason})")} {Low}..{High}";
}
