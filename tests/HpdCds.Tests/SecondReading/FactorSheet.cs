namespace HpdCds.Tests.SecondReading;

/// <summary>Sections 2 and 3 of the specification, row by row.</summary>
internal static class FactorSheet
{
    public static IReadOnlyList<Line> Hepatocellular(Given given) =>
    [
        Nlr(given, "A", (n, l) => n > 4.125m * l ? 2 : n >= 3m * l ? 1 : 0, 2),
        Ldh(given, "B"),
        YesNo("pvtt", "invasion", "A", given.Pvtt, given.Diagnoses),
        YesNo("spread", "invasion", "A", given.Spread, given.Diagnoses),
        Afp(given),
        ChildPugh(given),
        Amplification("amp-11q13", "C", given.Amp11q13, given),
        Amplification("amp-mdm2", "D", given.AmpMdm2, given),
    ];

    public static IReadOnlyList<Line> Solid(Given given) =>
    [
        given.Cancer == Cancer.LiverButNotHepatocellular
            ? new("liver-metastasis", "spread", Core: true, "D", "not-applicable", null, 0, 0, "")
            : YesNo("liver-metastasis", "spread", "D", given.LiverMetastasis, given.Diagnoses),
        Sites(given),
        Ldh(given, "D"),
        Nlr(given, "D", (n, l) => n > 5m * l ? 1 : 0, 1),
        Simple("albumin", "nutrition", given.Albumin, given.LiverTests, value => value < 35m ? 1 : 0),
        Simple("ecog", "host", given.Ecog, given.Performance, value => value >= 2m ? 1 : 0),
        Amplification("amp-mdm2", "D", given.AmpMdm2, given),
        Amplification("amp-11q13", "D", given.Amp11q13, given),
    ];

    /// <summary>What is shown and never scored: surely met, surely not, or neither; rows that are not judged here are left out.</summary>
    public static IReadOnlyDictionary<string, bool?> Context(Given given)
    {
        var age = Review.Age(given);
        var crp = Readings.Of("crp", given.Crp, given.Chemistry);
        var ecog = Readings.Of("ecog", given.Ecog, given.Performance);
        var context = new Dictionary<string, bool?>(StringComparer.Ordinal)
        {
            ["sex"] = given.Gender switch { "female" => true, "male" => false, _ => null },
            ["age"] = age is null ? null : Same(age.Value.Low >= 65, age.Value.High >= 65),
        };
        if (given.Cancer != Cancer.Liver)
            return context;
        context["crp"] = crp.Usable ? Same(crp.Low >= 10m, crp.High >= 10m) : null;
        context["ecog"] = ecog.Usable ? Same(ecog.Low >= 1m, ecog.High >= 1m) : null;
        if (LiverSheet.AlbiOf(given) is { } albi)
            context["albi"] = albi >= -2.30;
        return context;
    }

    private static bool? Same(bool low, bool high) => low == high ? low : null;

    /// <summary>The Royal Marsden score: one point each for albumin under 35 g/L, LDH over its limit, more than two organs.</summary>
    public static (int Low, int High) RoyalMarsden(IReadOnlyList<Line> lines)
    {
        Line[] three = [.. lines.Where(line => line.Id is "albumin" or "ldh" or "sites")];
        return (three.Sum(line => line.Low), three.Sum(line => line.High));
    }

    private static Line Nlr(Given given, string tier, Func<decimal, decimal, int> points, int most)
    {
        var neutrophils = Readings.Of("neutrophils", given.Neutrophils, given.BloodCounts);
        var lymphocytes = Readings.Of("lymphocytes", given.Lymphocytes, given.BloodCounts);
        Line Missing(Why reason, string datum) => new("nlr", "inflammation", Core: true, tier, "unknown", reason, 0, most, datum);
        if (neutrophils.Usable && lymphocytes.Usable && given.Paired)
        {
            var low = points(neutrophils.Low, lymphocytes.High);
            var high = points(neutrophils.High, lymphocytes.Low);
            // Two statements conflict where they leave different ratios possible.
            var isOneRatio = (from n in neutrophils.Values from l in lymphocytes.Values select (n.Low / l.High < 0.000001m ? 0m : n.Low / l.High, n.High > 0m && l.Low < 0.000001m ? -1m : n.High / l.Low)).Distinct().Count() == 1;
            var why = isOneRatio ? Why.BoundOnly : Why.Conflicting;
            return Clouded(Judged("nlr", "inflammation", tier, low, high, why), given.OnSteroid);
        }

        if (given.ReportedNlr is { } reported && given.BloodCounts == Drawer.Read)
        {
            var read = points(reported, 1m);
            return Clouded(Judged("nlr", "inflammation", tier, read, read, Why.BoundOnly), given.OnSteroid);
        }

        return !neutrophils.Usable ? Missing(neutrophils.Reason, "neutrophils")
            : !lymphocytes.Usable ? Missing(lymphocytes.Reason, "lymphocytes")
            : Missing(Why.NotPaired, "nlr");
    }

    private static Line Ldh(Given given, string tier)
    {
        var read = Readings.Of("ldh", given.Ldh, given.Chemistry);
        if (!read.Usable)
            return new("ldh", "inflammation", Core: true, tier, "unknown", read.Reason, 0, 1, "ldh");
        if (given.LdhLimit is not { } limit || (given.OtherLdhLimit is { } other && other != limit))
            return new("ldh", "inflammation", Core: true, tier, "unknown", given.LdhLimit is null ? Why.NoReferenceRange : Why.Ambiguous, 0, 1, "ldh");
        var upper = limit * Readings.Factor(given.Ldh!.Unit);
        var judged = Judged("ldh", "inflammation", tier, read.Low > upper ? 1 : 0, read.High > upper ? 1 : 0, read.WhyOpen);
        return Clouded(judged, given.OnSteroid || given.Haemolysed);
    }

    // International units become nanograms by one of two factors, and nobody knows which: both have to agree.
    private static Line Afp(Given given)
    {
        var read = Readings.Of("afp", given.Afp, given.Markers);
        if (!read.Usable)
            return new("afp", "invasion", Core: true, "A-", "unknown", read.Reason, 0, 1, "afp");
        decimal[] factors = given.Afp!.Unit == "[IU]/mL" ? [1.21m, 1.28m] : [1m];
        var low = factors.Min(factor => read.Low * factor >= 400m ? 1 : 0);
        var high = factors.Max(factor => read.High * factor >= 400m ? 1 : 0);
        var isExact = given.Afp.Sign == Sign.Exactly && read.Values.Count == 1;
        return Judged("afp", "invasion", "A-", low, high, isExact ? Why.ConversionUncertain : read.WhyOpen);
    }

    private static Line ChildPugh(Given given)
    {
        var pugh = LiverSheet.ChildPugh(given);
        return new("child-pugh", "liver", Core: true, "A", pugh.State, pugh.Reason, pugh.Low, pugh.High, pugh.Datum);
    }

    private static Line Simple(string id, string domain, Printed? printed, Drawer drawer, Func<decimal, int> points)
    {
        var read = Readings.Of(id, printed, drawer);
        if (!read.Usable)
            return new(id, domain, Core: true, "D", "unknown", read.Reason, 0, 1, id);
        int[] ends = [points(read.Low), points(read.High)];
        return Judged(id, domain, "D", ends.Min(), ends.Max(), read.WhyOpen);
    }

    private static Line Sites(Given given) => YesNo(
        "sites",
        "spread",
        "D",
        given.ThreeOrgans ? Note.Yes : given.LiverMetastasis == Note.StagedFree ? Note.StagedFree : Note.Nothing,
        given.Diagnoses);

    private static Line YesNo(string id, string domain, string tier, Note note, Drawer lists)
    {
        Line Unknown(Why reason) => new(id, domain, Core: true, tier, "unknown", reason, 0, 1, id);
        Line Known(int points) => new(id, domain, Core: true, tier, "known", null, points, points, id);
        if (note == Note.StagedFree)
            return Known(0);
        return (note, lists) switch
        {
            (Note.Nothing, _) or (_, not (Drawer.Read or Drawer.CutShort)) => Unknown(Readings.Missing(lists)),
            (Note.Yes, _) => Known(1),
            (Note.Suspected, _) => Unknown(Why.Ambiguous),
            (_, Drawer.CutShort) => Unknown(Why.Truncated),
            _ => Known(0),
        };
    }

    // Not core: unknown is worth nothing and widens nothing.
    private static Line Amplification(string id, string tier, Genes genes, Given given)
    {
        var isReported = given.Amp11q13 != Genes.NotMentioned || given.AmpMdm2 != Genes.NotMentioned;
        Line Of(string state, Why? reason, int points) => new(id, "genomics", Core: false, tier, state, reason, points, points, id);
        return (genes, given.Molecular) switch
        {
            (_, not (Drawer.Read or Drawer.CutShort)) => Of("unknown", Readings.Missing(given.Molecular), 0),
            (Genes.Amplified, _) => Of("known", null, 1),
            (Genes.AllAbsent, _) => Of("known", null, 0),
            (_, Drawer.CutShort) => Of("unknown", Why.Truncated, 0),
            (Genes.Covered, _) => Of("presumed-absent", null, 0),
            _ => isReported ? Of("unknown", Why.NotRecorded, 0) : Of("not-applicable", null, 0),
        };
    }

    private static Line Judged(string id, string domain, string tier, int low, int high, Why whenOpen) =>
        new(id, domain, Core: true, tier, low == high ? "known" : "unknown", low == high ? null : whenOpen, low, high, id);

    // A confounded value stays what it is; only its points may turn out to be nothing.
    private static Line Clouded(Line line, bool confounded) => confounded
        ? line with { Low = 0, Datum = line.State == "known" ? $"repeat-{line.Id}" : line.Id }
        : line;
}
