namespace HpdCds.Tests.SecondReading;

/// <summary>Random patients: every fact in every state, values at, just above and just below every threshold. One seed, one patient.</summary>
internal sealed class GivenPatients(int seed)
{
    private static readonly Note[] Notes = [Note.Nothing, Note.Nothing, Note.Yes, Note.Refuted, Note.Suspected, Note.StagedFree];

    // The seed is written down by the test and chooses nothing secret.
    private readonly Pcg _random = new((ulong)seed);

    public static Given Of(int seed) => new GivenPatients(seed).Draw();

    private Given Draw()
    {
        var given = WithLaboratory(new Given
        {
            Cancer = Often(Often(Cancer.Liver, Cancer.Elsewhere, 60), Any(Enum.GetValues<Cancer>()), 90),
            Earlier = Often(Earlier.Never, Any(Enum.GetValues<Earlier>()), 95),
            Perioperative = Chance(2),
            BirthYear = Any<int?>(1900, 1961, 1961, 1961, 1970, 1990, 2008, 2008, 2012, null),
            BirthMonth = Any<int?>(11, 11, 12, 2, null),
            BirthDay = Any<int?>(19, 20, 21, null),
            Gender = Any("female", "male", "male", "other", "unknown", null),
            BloodCounts = Drawn(),
            Chemistry = Drawn(),
            LiverTests = Drawn(),
            Markers = Drawn(),
            Performance = Drawn(),
            Molecular = Drawn(),
            Diagnoses = Drawn(),
            Ascites = Often(Fluid.NotListed, Any(Enum.GetValues<Fluid>()), 55),
            Encephalopathy = Often(Fluid.NotListed, Any(Enum.GetValues<Fluid>()), 65),
            Amp11q13 = Often(Genes.NotMentioned, Any(Enum.GetValues<Genes>()), 70),
            AmpMdm2 = Often(Genes.NotMentioned, Any(Enum.GetValues<Genes>()), 70),
            Pvtt = Any(Notes),
            Spread = Any(Notes),
            LiverMetastasis = Any(Notes),
            ThreeOrgans = Chance(25),
            Anticoagulated = Chance(8),
            OnSteroid = Chance(10),
            Haemolysed = Chance(8),
        });
        return Coherent(given);
    }

    private Given WithLaboratory(Given given)
    {
        var drawnAt = Days(42);
        return given with
        {
            Neutrophils = Printed([4.125m, 4.126m, 4.124m, 3m, 2.999m, 8.25m, 8.251m, 9m, 9.001m, 5m, 5.001m, 6m, 2m, 100m, 101m, 0m], "10*9/L", drawnAt, 1, "/uL", 0.001m),
            Lymphocytes = Printed([1m, 1m, 1m, 2m, 2m, 0.999m, 1.001m, 3m, 0m, 301m], "10*9/L", drawnAt, 1, "/uL", 0.001m),
            Paired = Chance(85),
            ReportedNlr = Chance(15) ? Any(2.999m, 3m, 3.001m, 4.125m, 4.126m, 5m, 5.01m) : null,
            Ldh = Printed([240m, 240m, 240.1m, 239.9m, 480m, 120m, 10m, 9.9m, 50_000m, 50_001m], "U/L", Days(42), 1, "ukat/L", 60m),
            LdhLimit = Chance(85) ? 240m : null,
            OtherLdhLimit = Chance(6) ? Any(240m, 250m) : null,
            Afp = Printed([400m, 399.99m, 400.01m, 312.5m, 312m, 330m, 331m, 0m, 20m, 90_000m, -1m], "ng/mL", Days(90), 1, "[IU]/mL", 1m),
            Bilirubin = Printed([34.208m, 34.2m, 34.21m, 51.312m, 51.3m, 51.33m, 17m, 17m, 90m, 1m, 0.9m, 1500m, 1501m], "umol/L", Days(42), 1, "mg/dL", 17.104m),
            Albumin = Printed([35m, 34.9m, 35.1m, 28m, 27.9m, 28.1m, 42m, 42m, 42m, 20m, 5m, 4.9m, 70m, 71m], "g/L", Days(42), 1, "g/dL", 10m),
            Inr = Printed([1.7m, 1.69m, 2.3m, 2.31m, 1m, 1m, 1m, 3m, 0.5m, 0.4m, 21m], "{INR}", Days(42), 1, "{INR}", 1m),
            Ecog = Printed([0m, 1m, 2m, 3m, 4m, 5m, 7m], "{score}", Days(90), 0, "{score}", 1m),
            Crp = Printed([9.9m, 10m, 10.1m, 2m, 80m, 1001m], "mg/L", Days(42), 1, "mg/L", 1m),
            ChildPugh = Chance(15) ? new Written(Any(5, 6, 7, 9, 10, 12, 4, 16), null, Any(0, 3, 10, 42, 43)) : null,
        };
    }

    // What could not stand in one chart is drawn again; what is not read of a chart is not drawn at all.
    private Given Coherent(Given given)
    {
        if (given.ChildPugh is not null)
        {
            var letter = Chance(40) ? Any<char?>('A', 'B', 'C') : null;
            given = given with
            {
                ChildPugh = given.ChildPugh with { Letter = letter, Score = letter is null ? given.ChildPugh.Score : 7 },
                Bilirubin = Dated(given.Bilirubin),
                Albumin = Dated(given.Albumin),
                Inr = Dated(given.Inr),
            };
        }

        // A second limit needs a first one; of two results without a limit either may give the reason.
        given = given.LdhLimit is null ? given with { OtherLdhLimit = null } : given;
        if (given is { Ldh: { } ldh } and ({ LdhLimit: null } or { OtherLdhLimit: not null }))
            given = given with { Ldh = ldh with { Twin = null } };
        given = given.BirthMonth is null ? given with { BirthDay = null } : given;
        var needsLists = given.Cancer is Cancer.Two or Cancer.None or Cancer.SecondaryOnly;
        var secondary = given.Cancer == Cancer.SecondaryOnly ? given with { LiverMetastasis = Note.Yes } : given;
        var none = given.Cancer == Cancer.None ? secondary with { LiverMetastasis = Note.Nothing, ThreeOrgans = false } : secondary;
        return none with
        {
            Diagnoses = needsLists ? Drawer.Read : none.Diagnoses,
            // Three organs with metastases and a stage without any contradict each other.
            ThreeOrgans = none.ThreeOrgans && none.LiverMetastasis is Note.Nothing or Note.Yes,
        };
    }

    private static Printed? Dated(Printed? printed) => printed is null ? null : printed with { MonthOnly = false };

    private Printed? Printed(decimal[] values, string unit, int daysOld, int twins, string otherUnit, decimal factor)
    {
        if (Chance(18))
            return null;
        var isOther = Chance(25);
        var sign = twins == 0 ? Sign.Exactly : Often(Sign.Exactly, Any(Enum.GetValues<Sign>()), 85);
        var isOdd = Chance(2);
        return new(
            sign,
            isOther ? Any(values) / factor : Any(values),
            isOdd ? "furlongs" : isOther ? otherUnit : unit,
            daysOld,
            MonthOnly: daysOld <= 9 && Chance(2))
        {
            Twin = twins > 0 && Chance(5) ? Any(values) / (isOther ? factor : 1m) : null,
        };
    }

    private int Days(int window) => Often(Any(0, 1, 2, 5, 9), Any(window, window - 1, window + 1, window + 300), 85);

    private Drawer Drawn() => Often(Drawer.Read, Any(Enum.GetValues<Drawer>()), 93);

    private bool Chance(int percent) => _random.Below(100) < percent;

    private T Often<T>(T usual, T other, int percent) => Chance(percent) ? usual : other;

    private T Any<T>(params ReadOnlySpan<T> values) => values[_random.Below(values.Length)];

    /// <summary>A small generator of our own, so that one seed makes the same patient on every runtime.</summary>
    private sealed class Pcg(ulong seed)
    {
        private ulong _state = (seed * 0x9E3779B97F4A7C15UL) + 0x632BE59BD9B4E019UL;

        public int Below(int count)
        {
            _state = unchecked((_state * 6364136223846793005UL) + 1442695040888963407UL);
            var mixed = (_state ^ (_state >> 29)) * 0xBF58476D1CE4E5B9UL;
            return (int)((mixed >> 33) % (ulong)count);
        }
    }
}
