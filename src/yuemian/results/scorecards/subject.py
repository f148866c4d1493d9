"""What messaging asks about a mail for a scorecard, inside the claim: is it still wanted?"""

from __future__ import annotations

from typing import Final

#: What messaging calls an interviewer's link. Its interview is still to be evaluated, and nobody has yet.
SUBJECT_KIND: Final = "scorecard_link"
TRUTH: Final = """
SELECT l.id, 1,
       l.revoked_at IS NULL AND i.state IN ('scheduled', 'completed') AND i.attendance IN ('unknown', 'attended'),
       EXISTS (SELECT FROM results_scorecard s WHERE s.interview_id = l.interview_id
               AND s.interviewer_id = l.interviewer_id AND s.state = 'submitted'),
       NULL::timestamptz, false, i.state = 'cancelled'
FROM results_scorecardlink l JOIN interviews_interview i ON i.id = l.interview_id WHERE l.id = ANY(%s)
"""
