using System.Collections.Immutable;
using HpdCds.Chart;
using HpdCds.Clinical;

namespace HpdCds.Tests.SecondReading;

/// <summary>Writes a given patient down in the records that the product reads.</summary>
internal sealed class GivenChart
{
    public static readonly DateTimeOffset AsOf = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    private const string Loinc = "http://loinc.org";
    private const string Site = "http://localhost:5080/codes";
    private const string Icd = "http://hl7.org/fhir/sid/icd-10-cm";
    private const string RxNorm = "http://www.nlm.nih.gov/research/umls/rxnorm";
    private const string Hgnc = "http://www.genenames.org/geneId";
    private const string Snomed = "http://snomed.info/sct";

    private static readonly (string Of11q13, string OfMdm2) First = ("HGNC:1582", "HGNC:6973");
    private static readonly string[] Genes11q13 = ["HGNC:1582", "HGNC:3681", "HGNC:3682", "HGNC:3675"];
    private static readonly string[] GenesMdm2 = ["HGNC:6973", "HGNC:6974"];

    private readonly ImmutableArray<ChartObservation>.Builder _observations = ImmutableArray.CreateBuilder<ChartObservation>();
    private readonly ImmutableArray<ChartCondition>.Builder _conditions = ImmutableArray.CreateBuilder<ChartCondition>();
    private readonly ImmutableArray<ChartMedication>.Builder _medications = ImmutableArray.CreateBuilder<ChartMedication>();
    private readonly Given _given;

    private GivenChart(Given given) => _given = given;

    public static PatientChart Of(Given given)
    {
        var chart = new GivenChart(given);
        chart.AddLaboratory();
        chart.AddStatements();
        chart.AddGenes();
        chart.AddDiagnoses();
        chart.AddMedications();
        return new(
            "pat-1",
            new ChartPatient("Patient/pat-1", Birth(given), given.Gender, BirthSex: null, SexForClinicalUse: null),
            chart._observations.ToImmutable(),
            chart._conditions.ToImmutable(),
            chart._medications.ToImmutable(),
            Sources(given),
            new DroppedEntries(0, 0, PatientMismatch: false));
    }

    public static ImmutableArray<ChartOrder> Orders(Given given)
    {
        var cancer = given.Cancer switch
        {
            Cancer.Liver => "C22.0",
            Cancer.Elsewhere => "C34.90",
            Cancer.LiverButNotHepatocellular => "C22.1",
            Cancer.Blood => "C83.30",
            _ => null,
        };
        ImmutableArray<ChartConcept> reasons =
        [
            .. cancer is null ? [] : new[] { Concept(Icd, cancer) },
            .. given.Perioperative ? [Concept(Site, "ADJUVANT")] : Array.Empty<ChartConcept>(),
        ];
        var inhibitor = Order("draft-1", "1597876") with { ReasonCodes = reasons };
        return given.Anticoagulated ? [inhibitor, Order("draft-2", "11289")] : [inhibitor];
    }

    private static ChartOrder Order(string id, string code) =>
        new($"MedicationRequest/{id}", "MedicationRequest", "draft", DoNotPerform: false, "Patient/pat-1", [Concept(RxNorm, code)], [], [], []);

    private void AddLaboratory()
    {
        var specimen = _given.Paired ? "Specimen/1" : null;
        Add("751-8", ChartKey.Cbc, _given.BloodCounts, _given.Neutrophils, specimen);
        var isAtTheEdge = _given.Lymphocytes is { DaysOld: 42 };
        Add("731-0", ChartKey.Cbc, _given.BloodCounts, _given.Lymphocytes, specimen, hoursEarlier: _given.Paired ? 0 : isAtTheEdge ? -3 : 3);
        if (_given.ReportedNlr is { } ratio)
            Add("NLR", ChartKey.Cbc, _given.BloodCounts, new Printed(Sign.Exactly, ratio, "{ratio}", 2, MonthOnly: false), system: Site);
        Add("2532-0", ChartKey.Chemistry, _given.Chemistry, _given.Ldh, limits: [_given.LdhLimit, _given.OtherLdhLimit], haemolysed: _given.Haemolysed);
        Add("1988-5", ChartKey.Chemistry, _given.Chemistry, _given.Crp);
        Add("1975-2", ChartKey.Liver, _given.LiverTests, _given.Bilirubin);
        Add("1751-7", ChartKey.Liver, _given.LiverTests, _given.Albumin);
        Add("6301-6", ChartKey.Liver, _given.LiverTests, _given.Inr);
        Add("1834-1", ChartKey.Markers, _given.Markers, _given.Afp);
        Add("89247-1", ChartKey.Performance, _given.Performance, _given.Ecog);
        if (_given.ChildPugh is not { } written)
            return;
        var value = written.Letter is { } letter ? new ChartValue.Text(letter.ToString()) : (ChartValue)new ChartValue.Number(written.Score);
        AddValue(Concept(Site, written.Letter is null ? "CHILD-PUGH" : "CHILD-PUGH-CLASS"), ChartKey.Staging, value, At(written.DaysOld));
    }

    private void Add(string code, ChartKey key, Drawer drawer, Printed? printed, string? specimen = null, int hoursEarlier = 0, decimal?[]? limits = null, bool haemolysed = false, string system = Loinc)
    {
        if (printed is null || !IsThere(drawer))
            return;
        decimal[] numbers = printed.Twin is { } twin ? [printed.Number, twin] : [printed.Number];
        foreach (var number in numbers)
        {
            var comparator = printed.Sign switch { Sign.Below => "<", Sign.AtMost => "<=", Sign.Above => ">", Sign.AtLeast => ">=", _ => null };
            _observations.Add(new ChartObservation(
                FormattableString.Invariant($"Observation/{_observations.Count}"),
                key,
                "final",
                Concept(system, code),
                new ChartTime(printed.MonthOnly ? Month(printed.DaysOld) : ClinicalTime.At(AsOf.AddDays(-printed.DaysOld).AddHours(-hoursEarlier)), TimeOrigin.Effective),
                new ChartValue.Quantity(number, comparator, printed.Unit, IsUcum: true),
                [.. (limits ?? []).OfType<decimal>().Select(limit => new ChartReferenceRange(null, limit, printed.Unit, null, [], null, null, null))],
                haemolysed ? [Concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "HEM") with { Text = "hemolyzed" }] : [],
                specimen,
                Panel: null));
        }
    }

    private ChartObservation AddValue(ChartConcept code, ChartKey key, ChartValue? value, ChartTime time, string? panel = null, string? reference = null)
    {
        var observation = new ChartObservation(reference ?? FormattableString.Invariant($"Observation/{_observations.Count}"), key, "final", code, time, value, [], [], null, panel);
        _observations.Add(observation);
        return observation;
    }

    // A staging statement stands among the observations; everything else about spread in the lists.
    private void AddStatements()
    {
        var notes = _given.Cancer == Cancer.Liver ? new[] { _given.Spread, _given.Pvtt } : [_given.LiverMetastasis];
        if (_given.Cancer == Cancer.Liver && _given.Pvtt == Note.StagedFree)
            AddValue(Concept(Loinc, "21905-5"), ChartKey.Staging, new ChartValue.Text("T2"), At(10));
        if (_given.Cancer == Cancer.Liver && _given.Spread == Note.StagedFree)
            AddValue(Concept(Loinc, "21906-3"), ChartKey.Staging, new ChartValue.Text("N0"), At(10));
        if (notes[0] == Note.StagedFree)
            AddValue(Concept(Loinc, "21907-1"), ChartKey.Staging, new ChartValue.Text("M0"), At(10));
    }

    private void AddGenes()
    {
        if (!IsThere(_given.Molecular))
            return;
        AddGenes(_given.Amp11q13, First.Of11q13, Genes11q13);
        AddGenes(_given.AmpMdm2, First.OfMdm2, GenesMdm2);
    }

    private void AddGenes(Genes genes, string first, string[] all)
    {
        if (genes == Genes.Amplified)
            AddVariant("LA9633-4", first, isAmplified: true);
        foreach (var gene in genes is Genes.AllAbsent ? all : [])
            AddVariant("LA9634-2", gene, isAmplified: false);
        foreach (var gene in genes is Genes.Covered ? all : [])
        {
            var region = AddValue(Concept(Loinc, "53041-0"), ChartKey.Genomics, value: null, At(100));
            AddPart(region, 0, "48018-6", Concept(Hgnc, gene));
        }
    }

    private void AddVariant(string call, string gene, bool isAmplified)
    {
        var variant = AddValue(Concept(Loinc, "69548-6"), ChartKey.Genomics, new ChartValue.Concept(Concept(Loinc, call)), At(100));
        AddPart(variant, 0, "48018-6", Concept(Hgnc, gene));
        if (isAmplified)
            AddPart(variant, 1, "48019-4", Concept("http://www.sequenceontology.org", "SO:0001742"));
    }

    private void AddPart(ChartObservation whole, int place, string code, ChartConcept value) =>
        AddValue(Concept(Loinc, code), ChartKey.Genomics, new ChartValue.Concept(value), At(100), whole.Reference, FormattableString.Invariant($"{whole.Reference}#{place}"));

    private void AddDiagnoses()
    {
        if (!IsThere(_given.Diagnoses))
            return;
        foreach (var code in CancersInTheLists(_given.Cancer))
            AddCondition(code, "active", "confirmed");
        AddFluid("R18.8", _given.Ascites);
        AddFluid("K76.82", _given.Encephalopathy);
        if (_given.Cancer == Cancer.Liver)
        {
            AddNote(_given.Pvtt, "PVTT", suspected: "I81");
            AddNote(_given.Spread, "C78.00", suspected: "C79.9", also: "C77.2");
            return;
        }

        AddNote(_given.LiverMetastasis, "C78.7", suspected: "C79.9");
        foreach (var organ in _given.ThreeOrgans ? ["C78.00", "C79.51", "C79.31"] : Array.Empty<string>())
            AddCondition(organ, "active", "confirmed");
    }

    private void AddNote(Note note, string code, string suspected, string? also = null)
    {
        if (note is Note.Yes)
            AddCondition(code, "active", "confirmed");
        if (note is Note.Suspected)
            AddCondition(suspected, "active", "confirmed");
        foreach (var refuted in note is Note.Refuted ? new[] { code, also }.OfType<string>() : [])
            AddCondition(refuted, null, "refuted");
    }

    private void AddFluid(string code, Fluid fluid)
    {
        if (fluid == Fluid.NotListed)
            return;
        var severity = fluid switch { Fluid.Mild => "255604002", Fluid.Moderate => "6736007", _ => null };
        var verification = fluid switch { Fluid.Refuted => "refuted", Fluid.Suspected => "provisional", _ => "confirmed" };
        AddCondition(code, fluid == Fluid.Resolved ? "resolved" : "active", verification, severity);
    }

    private void AddCondition(string code, string? clinical, string verification, string? severity = null) => _conditions.Add(new ChartCondition(
        FormattableString.Invariant($"Condition/{_conditions.Count}"),
        ChartKey.Problems,
        Concept(code == "PVTT" ? Site : Icd, code),
        [],
        clinical,
        verification,
        severity is null ? null : Concept(Snomed, severity),
        At(20)));

    private static string[] CancersInTheLists(Cancer cancer) => cancer switch
    {
        Cancer.Liver => ["C22.0"],
        Cancer.Elsewhere => ["C34.90"],
        Cancer.LiverButNotHepatocellular => ["C22.1"],
        Cancer.Blood => ["C83.30"],
        Cancer.Two => ["C22.0", "C34.90"],
        _ => ["I10"],
    };

    private void AddMedications()
    {
        if (_given.Earlier is Earlier.LastMonth or Earlier.LastYear)
            AddAdministration("1597876", _given.Earlier == Earlier.LastMonth ? 30 : 300);
        if (_given.OnSteroid)
            AddOrder("8640", 60);
    }

    // Ordered before any sample was taken and still in force: it clouds them all.
    private void AddOrder(string code, int daysOld)
    {
        AddAdministration(code, daysOld);
        _medications[^1] = _medications[^1] with { Source = ChartKey.Medications, Kind = ChartMedicationKind.Request, Status = "active" };
    }

    private void AddAdministration(string code, int daysOld) => _medications.Add(new ChartMedication(
        FormattableString.Invariant($"MedicationAdministration/{_medications.Count}"),
        ChartKey.Administrations,
        ChartMedicationKind.Administration,
        "completed",
        DoNotPerform: false,
        [Concept(RxNorm, code)],
        [],
        At(daysOld)));

    private static ImmutableDictionary<ChartKey, ChartSource> Sources(Given given)
    {
        Drawer Of(ChartKey key) => key switch
        {
            ChartKey.Problems or ChartKey.EncounterDx => given.Diagnoses,
            ChartKey.Cbc => given.BloodCounts,
            ChartKey.Chemistry => given.Chemistry,
            ChartKey.Liver => given.LiverTests,
            ChartKey.Markers => given.Markers,
            ChartKey.Performance => given.Performance,
            ChartKey.Genomics => given.Molecular,
            ChartKey.Medications when given.Earlier == Earlier.NobodyKnows => Drawer.NotSent,
            _ => Drawer.Read,
        };
        return Enum.GetValues<ChartKey>().ToImmutableDictionary(key => key, key => new ChartSource(key, StateOf(Of(key)), null, Supplied: true));
    }

    private static SourceState StateOf(Drawer drawer) => drawer switch
    {
        Drawer.Read => SourceState.Complete,
        Drawer.CutShort => SourceState.Truncated,
        Drawer.NotSent => SourceState.NotSupplied,
        Drawer.Locked => SourceState.NotAuthorised,
        _ => SourceState.Failed,
    };

    private static bool IsThere(Drawer drawer) => drawer is Drawer.Read or Drawer.CutShort;

    private static ChartTime At(int daysOld) => new(ClinicalTime.At(AsOf.AddDays(-daysOld)), TimeOrigin.Effective);

    private static ClinicalTime Month(int daysOld)
    {
        var day = AsOf.AddDays(-daysOld);
        var first = new DateTimeOffset(day.Year, day.Month, 1, 0, 0, 0, TimeSpan.Zero);
        return ClinicalTime.Spanning(first, first.AddMonths(1).AddTicks(-1), TimePrecision.Month);
    }

    private static ClinicalTime? Birth(Given given)
    {
        if (given.BirthYear is not { } year)
            return null;
        var first = new DateTimeOffset(year, given.BirthMonth ?? 1, given.BirthDay ?? 1, 0, 0, 0, TimeSpan.Zero);
        var after = given.BirthDay is not null ? first.AddDays(1) : given.BirthMonth is not null ? first.AddMonths(1) : first.AddYears(1);
        var precision = given.BirthDay is not null ? TimePrecision.Day : given.BirthMonth is not null ? TimePrecision.Month : TimePrecision.Year;
        return ClinicalTime.Spanning(first, after.AddTicks(-1), precision);
    }

    private static ChartConcept Concept(string system, string code) => new([new ChartCoding(system, code, null)], null);
}
