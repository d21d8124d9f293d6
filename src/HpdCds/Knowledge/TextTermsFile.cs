using System.Collections.Immutable;

namespace HpdCds.Knowledge;

/// <param name="NotSystemic">Forms of a drug that stay where they are put.</param>
/// <param name="Perioperative">Texts that as a whole say that a treatment goes with a resection.</param>
/// <param name="NormalRange">How a normal range is called; any other name is of another range.</param>
/// <param name="DeniedBefore">Words after which a finding is denied.</param>
/// <param name="DeniedDirectlyBefore">Words that deny only what stands right behind them.</param>
/// <param name="DeniedAnswers">Words that deny a finding when they are all that stands behind its name.</param>
/// <param name="DeniedNext">Words that say right behind its name that a finding is there no more.</param>
/// <param name="OpenBefore">Words after which it is asked whether a finding is there.</param>
/// <param name="Turns">Words at which the reach of those before them ends.</param>
/// <param name="ListEnds">Words that end a list, of which a denial at its head denies every item.</param>
/// <param name="Reversals">Words that deny a denial or a question.</param>
/// <param name="NotDenials">Sayings that hold a word of denial and deny no finding.</param>
/// <param name="Doubts">Words that make a stage or class unsure.</param>
public sealed record TextTermsFile(
    string Description,
    string ProjectChoice,
    ImmutableDictionary<string, ImmutableArray<string>> Terms,
    ImmutableArray<string> NotSystemic,
    ImmutableArray<string> Perioperative,
    ImmutableArray<string> NormalRange,
    ImmutableArray<string> DeniedBefore,
    ImmutableArray<string> DeniedAfter,
    ImmutableArray<string> DeniedDirectlyBefore,
    ImmutableArray<string> DeniedAnswers,
    ImmutableArray<string> DeniedNext,
    ImmutableArray<string> HistoryBefore,
    ImmutableArray<string> OpenBefore,
    ImmutableArray<string> OpenAfter,
    ImmutableArray<string> Turns,
    ImmutableArray<string> ListEnds,
    ImmutableArray<string> Reversals,
    ImmutableArray<string> NotDenials,
    ImmutableArray<string> Doubts);
