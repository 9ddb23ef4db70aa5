"""The errors whose texts are meant for people: what is wrong, where, and what to do."""

from __future__ import annotations

from calibration.picture_files import PicturesError
from calibration.store import CalibrationFileError
from calibration.trouble import CalibrationTroubleError
from projector.window import NoSuchDisplayError
from station.hub_process import HubStartError
from station.outbox import OutboxError
from station.sessions.folder import SessionError
from station.watch import EyesTroubleError
from station.wishes import StationError
from station_config.yaml_file import YamlFileError
from tasks.evidence_lines import EvidenceFileError
from vision.frames import FrameSourceLostError
from vision.model_file import ModelFileError
from vision.taught_looks import LooksError

COMPLAINTS = (
    CalibrationFileError,
    CalibrationTroubleError,
    EvidenceFileError,
    EyesTroubleError,
    FrameSourceLostError,
    HubStartError,
    LooksError,
    ModelFileError,
    NoSuchDisplayError,
    OutboxError,
    PicturesError,
    SessionError,
    StationError,
    YamlFileError,
)
